//! Checks that broken and malicious documents never cause the generator to panic, hang, or exhaust memory. For each
//! document, the generator must return a client, or an error that contains a position in the document.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test fails if it cannot continue")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use afresh_openapi::{Document, Error, Settings, generate};

const FIXTURES: &[&str] =
    &["shop-3.0.json", "feed-3.1.yaml", "engine-2.0.yaml", "library-3.1.yaml", "lists-3.1.yaml"];

/// The time limit for generating a client from one document.
const LONGEST: Duration = Duration::from_secs(20);

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn client(text: impl Into<Vec<u8>>) -> Result<String, Error> {
    let document = Document::parse("document", text)?;
    let generated = generate(&document, &Settings::default())?;
    Ok(generated.source)
}

fn message(text: impl Into<Vec<u8>>) -> String {
    client(text).unwrap_err().to_string()
}

fn with_schemas(schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          content:\n            \
         application/json: {{ schema: {{ $ref: '#/components/schemas/A' }} }}\ncomponents:\n  schemas:\n{schemas}"
    )
}

/// Returns a mutated copy of `text`. Each mutation cuts, duplicates, swaps, or overwrites parts of the text.
fn mutate(text: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    const TOKENS: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"- ",
        b"\n",
        b"null",
        b"-1",
        b"18446744073709551616",
        b"1e999",
        b"true",
        b"\"\"",
        b"*a",
        b"&a ",
        b"<<: ",
        b"$ref: '#/components/schemas/Book'",
        b"\xEF\xBB\xBF",
        b"\xFF",
        b"type: object",
        b"allOf: []",
        b"  ",
        b"\t",
        b"|",
        b"#",
        b"%",
    ];
    let mut out = text.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(0..=out.len());
        let end = (at + random.usize(0..80)).min(out.len());
        match random.u8(0..6) {
            0 => out.truncate(at),
            1 => drop(out.drain(at..end)),
            2 => {
                let piece = out[at..end].to_vec();
                out.splice(at..at, piece);
            }
            3 => drop(out.splice(at..at, random.choice(TOKENS).unwrap().iter().copied())),
            4 => out.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.u8(..)),
            _ => {
                // Swap two whole lines.
                let mut lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
                let (one, other) = (random.usize(0..lines.len()), random.usize(0..lines.len()));
                lines.swap(one, other);
                out = lines.join(&b'\n');
            }
        }
    }
    out
}

/// `AFRESH_MUTATIONS` sets the number of mutations. `AFRESH_DOCUMENTS` adds documents, given as paths separated by `:`.
#[test]
fn a_thousand_mutations_give_a_client_or_an_error() {
    let count: usize = std::env::var("AFRESH_MUTATIONS").map_or(1_000, |count| count.parse().unwrap());
    let more = std::env::var("AFRESH_DOCUMENTS").unwrap_or_default();
    let mut texts: Vec<Vec<u8>> = FIXTURES.iter().map(|name| std::fs::read(fixture(name)).unwrap()).collect();
    texts.extend(more.split(':').filter(|path| !path.is_empty()).map(|path| std::fs::read(path).unwrap()));
    let mut clients = 0;
    for seed in 0..count {
        let mut random = fastrand::Rng::with_seed(seed as u64);
        let text = mutate(&texts[seed % texts.len()], &mut random);
        let started = Instant::now();
        let made = client(text);
        assert!(started.elapsed() < LONGEST, "mutation {seed} takes {:?}", started.elapsed());
        match made {
            Ok(_) => clients += 1,
            Err(error) => assert!(!error.to_string().contains("bug"), "mutation {seed}: {error}"),
        }
    }
    // Most mutations are small. If the generator rejects almost all mutated documents, the test covers only the parser.
    assert!(clients > count / 20, "{clients} of {count} mutations are documents");
}

#[test]
fn anchors_that_explode_are_an_error() {
    let mut schemas = "    A0: &a0 { type: string }\n".to_owned();
    for level in 1..30 {
        schemas += &format!("    A{level}: &a{level} {{ allOf: [*a{0}, *a{0}, *a{0}] }}\n", level - 1);
    }
    assert!(
        message(with_schemas(&schemas)).contains("aliases expand to more than"),
        "{}",
        message(with_schemas(&schemas))
    );
}

#[test]
fn deep_nesting_is_an_error_or_a_loss() {
    let json =
        format!("{{\"openapi\":\"3.0.0\",\"paths\":{}{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    assert!(message(json).contains("recursion limit"));
    let flow = format!("openapi: 3.0.0\npaths: {}", "[".repeat(10_000));
    assert!(client(flow).is_err());
    let mut chain = "    A: { $ref: '#/components/schemas/A0' }\n".to_owned();
    for level in 0..10_000 {
        chain += &format!(
            "    A{level}: {{ type: array, items: {{ $ref: '#/components/schemas/A{}' }} }}\n",
            level + 1
        );
    }
    chain += "    A10000: { type: string }\n";
    let started = Instant::now();
    let source = client(with_schemas(&chain)).unwrap();
    assert!(source.contains("schemas are nested more than"));
    assert!(started.elapsed() < LONGEST, "{:?}", started.elapsed());
}

#[test]
fn what_refers_to_itself_ends() {
    for schema in [
        "    A: { $ref: '#/components/schemas/A' }\n",
        "    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n",
    ] {
        assert!(message(with_schemas(schema)).contains("refers to itself"));
    }
    for schema in [
        "    A: { allOf: [{ $ref: '#/components/schemas/A' }, { properties: { a: { type: string } } }] }\n",
        "    A: { oneOf: [{ $ref: '#/components/schemas/A' }, { type: string }] }\n",
        "    A: { anyOf: [{ $ref: '#/components/schemas/B' }] }\n    B: { anyOf: [{ $ref: '#/components/schemas/A' }] }\n",
        "    A: { type: array, items: { $ref: '#/components/schemas/A' } }\n",
        "    A: { properties: { a: { $ref: '#/components/schemas/A' } }, required: [a] }\n",
        "    A: { additionalProperties: { $ref: '#/components/schemas/A' } }\n",
    ] {
        client(with_schemas(schema)).unwrap_or_else(|error| panic!("{schema}: {error}"));
    }
}

#[test]
fn numbers_beyond_64_bits_and_marks_are_read() {
    let schemas =
        "    A: { type: integer, maximum: 123456789012345678901234567890, enum: [18446744073709551616] }\n";
    client(with_schemas(schemas)).unwrap();
    let mut marked = b"\xEF\xBB\xBF".to_vec();
    marked.extend(std::fs::read(fixture("shop-3.0.json")).unwrap());
    client(marked).unwrap();
    assert!(message(b"\xFF\xFEo\0".to_vec()).contains("UTF-16"));
    assert!(message(b"openapi: 3.0.0\n\xFF".to_vec()).contains("line 2"));
}

#[test]
fn a_broken_document_is_an_error_with_its_place() {
    let cases = [
        (
            "openapi: 3.0.0\npaths:\n  /a:\n    get: 3\n",
            "document:4: `/paths/~1a/get`: expected an object, found a number",
        ),
        (
            "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      parameters:\n        - { name: x }\n",
            "document:6: `/paths/~1a/get/parameters/0`: a parameter must have a `in` that is a string",
        ),
        (
            "{\"openapi\": \"3.0.0\",\n \"paths\": {\"/a\": {\n  \"$ref\": \"#/nowhere\"}}}",
            "document:3: `/paths/~1a/$ref`: `$ref` points to `#/nowhere`, which does not exist",
        ),
        (
            "openapi: 3.0.0\npaths:\n  /a:\n    $ref: https://api.example/a.yaml#/a\n",
            "document:4: `/paths/~1a/$ref`: `$ref` points to `https://api.example/a.yaml`, but remote references are not supported",
        ),
        ("openapi: 3.0.0\npaths: {}\npaths: {}\n", "document:3: duplicate key `paths`"),
        (
            "openapi: 4.0.0\n",
            "document:1: `/openapi`: unknown version `4.0.0`, expected OpenAPI 3.0, 3.1, or 3.2, or Swagger 2.0",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(message(text), expected);
    }
    for text in ["{", "- a", "just: yaml", "{}", ": : :", "", "\u{FEFF}", "null", "[]", "\"openapi\""] {
        assert!(client(text).is_err(), "{text}");
    }
}
