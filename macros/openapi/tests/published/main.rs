//! Documents as their publishers wrote them: every operation has a method, and the client compiles without a warning.
//!
//! npm brings them. Where there is no npm the tests say so and prove nothing, unless `AFRESH_REQUIRE_NPM` is set.
//! `AFRESH_OPENAPI_ALL=1` takes all documents instead of five and prints the table of `REPORT.md`.

#![allow(
    clippy::explicit_write,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod documents;
mod round_trip;
mod scratch;
mod source;
mod values;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use afresh_openapi::{Document, Generated, Settings, generate};

use self::documents::{MORE, SOME};
use self::scratch::Scratch;
use self::source::Published;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi")
}

fn takes_all() -> bool {
    std::env::var_os("AFRESH_OPENAPI_ALL").is_some()
}

/// The documents of this run, as far as there is an npm to bring them.
fn documents() -> Vec<&'static Published> {
    if !source::has_npm() {
        assert!(std::env::var_os("AFRESH_REQUIRE_NPM").is_none(), "npm is required, and there is none");
        // Not by `eprintln!`, which is shown for tests only that fail.
        let skipped = "SKIPPED: there is no npm to bring the documents; nothing is proved";
        writeln!(std::io::stderr(), "{skipped}").unwrap();
        return Vec::new();
    }
    let all = SOME.iter().chain(if takes_all() { MORE } else { &[] });
    all.collect()
}

fn client(published: &Published) -> (Document, Generated) {
    let path = published.bring(&folder());
    let document = Document::open(&path).unwrap_or_else(|error| panic!("{}: {error}", published.name));
    let generated = generate(&document, &Settings::default()).unwrap();
    (document, generated)
}

/// One after the other: they share what they are built upon.
#[test]
fn clients_compile_without_a_warning_and_decode_what_their_schemas_describe() {
    let documents = documents();
    if documents.is_empty() {
        return;
    }
    let scratch = Scratch::new(folder().join("crates"));
    println!(
        "| document | package | operations | methods | types | losses | lines | written, s | `cargo check`, s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut losses = String::new();
    for published in documents {
        let started = Instant::now();
        let (_, generated) = client(published);
        let written = started.elapsed();
        assert!(generated.methods + generated.losses.len() >= generated.operations, "{}", published.name);
        let took = scratch.check(&crate_name(published), &generated.source);
        let took = took.unwrap_or_else(|complaint| panic!("{}:\n{complaint}", published.name));
        println!(
            "| {} | {}, `{}` | {} | {} | {} | {} | {} | {:.1} | {:.1} |",
            published.name,
            published.package(),
            published.path,
            generated.operations,
            generated.methods,
            generated.types,
            generated.losses.len(),
            generated.source.lines().count(),
            written.as_secs_f64(),
            took.as_secs_f64(),
        );
        for loss in &generated.losses {
            losses += &format!("- {}: {loss}\n", published.name);
        }
    }
    println!("\n{losses}");
    // The largest of the five takes minutes to build.
    for published in SOME.iter().filter(|published| takes_all() || !published.name.starts_with("Figma")) {
        let (_, generated) = client(published);
        round_trip::check(&scratch, published, &generated);
    }
}

fn crate_name(published: &Published) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    format!("api_{}", published.name.chars().map(plain).collect::<String>().trim_end_matches('_'))
}
