//! Tests the generator with published documents. Every operation must have a generated method, and the generated client
//! must compile without warnings.
//!
//! The tests download the documents with npm. If npm is missing and `AFRESH_REQUIRE_NPM` is set, the tests fail. If npm
//! is missing and `AFRESH_REQUIRE_NPM` is not set, the tests print a warning and check nothing. With
//! `AFRESH_OPENAPI_ALL=1`, the tests use all documents instead of five and print the tables in `REPORT.md`.
//! `AFRESH_OPENAPI_ONLY` limits the tests to documents whose names contain the variable's value.

#![allow(
    clippy::explicit_write,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails if it cannot continue"
)]

mod calls;
mod documents;
mod expression;
mod mock_server;
mod round_trip;
mod schemas;
mod scratch;
mod source;
mod values;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use afresh_openapi::{Document, Generated, Settings, generate};

use self::documents::{ALSO_MOCKED, MOCKED, MORE, SOME};
use self::schemas::Schemas;
use self::scratch::Scratch;
use self::source::Published;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi")
}

fn takes_all() -> bool {
    std::env::var_os("AFRESH_OPENAPI_ALL").is_some()
}

/// Returns the documents for this run, or no documents if npm is not installed.
fn documents() -> Vec<&'static Published> {
    if !source::has_npm() {
        assert!(
            std::env::var_os("AFRESH_REQUIRE_NPM").is_none(),
            "`AFRESH_REQUIRE_NPM` is set, but npm is not installed"
        );
        // The warning is written directly to stderr, because the test runner shows `eprintln!` output only for failed
        // tests.
        let skipped = "SKIPPED: npm is not installed, so the tests have no documents and prove nothing";
        writeln!(std::io::stderr(), "{skipped}").unwrap();
        return Vec::new();
    }
    let all = SOME.iter().chain(if takes_all() { MORE } else { &[] });
    all.filter(is_asked_for).collect()
}

/// Returns whether the document's name contains the value of `AFRESH_OPENAPI_ONLY`.
fn is_asked_for(published: &&Published) -> bool {
    let only = std::env::var("AFRESH_OPENAPI_ONLY").unwrap_or_default();
    published.name.contains(&*only)
}

fn client(published: &Published) -> (Document, Generated) {
    let path = published.bring(&folder());
    let document = Document::open(&path).unwrap_or_else(|error| panic!("{}: {error}", published.name));
    let generated = generate(&document, &Settings::default()).unwrap();
    (document, generated)
}

/// The clients are compiled one after another because they share one target directory.
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
    for published in round_trips() {
        check_values(&scratch, published);
    }
}

/// Returns the documents whose schemas are tested with random values. Figma is the largest of the five documents, and
/// its client takes minutes to build, so only full runs include it.
fn round_trips() -> Vec<&'static Published> {
    let is_small = |published: &&Published| takes_all() || !published.name.starts_with("Figma");
    let more: &[Published] = if takes_all() { MORE } else { &[] };
    let all = SOME.iter().filter(is_small).chain(more.iter().filter(|published| is_mocked(published)));
    all.filter(is_asked_for).collect()
}

fn is_mocked(published: &Published) -> bool {
    MOCKED.contains(&published.name) || (takes_all() && ALSO_MOCKED.contains(&published.name))
}

fn check_values(scratch: &Scratch, published: &Published) {
    let (document, generated) = client(published);
    let answers = Schemas::of_answers(&document);
    let requests = Schemas::of_requests(&document);
    let calls =
        if is_mocked(published) { calls::program(&requests, &generated) } else { calls::NONE.to_owned() };
    let modules =
        [("client", generated.source.clone()), ("values", round_trip::program(&generated)), ("calls", calls)];
    let program = scratch.build(&format!("{}_values", crate_name(published)), &modules);
    round_trip::check(published.name, &answers, &generated, &program);
    if is_mocked(published) && mock_server::RUNS_HERE {
        let mocked = schemas::without_examples(&document);
        mock_server::check(published.name, &mocked, &program, &folder(), generated.methods);
    } else if is_mocked(published) {
        writeln!(
            std::io::stderr(),
            "SKIPPED: the mock server that checks requests does not run on this platform"
        )
        .unwrap();
    }
}

fn crate_name(published: &Published) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    format!("api_{}", published.name.chars().map(plain).collect::<String>().trim_end_matches('_'))
}
