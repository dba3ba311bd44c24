//! Compares the generated clients with the files beside their documents. `AFRESH_BLESS=1` rewrites these files.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test fails if it cannot continue")]

use std::fs;
use std::path::{Path, PathBuf};

use afresh_openapi::{Document, Generated, Loss, Settings, generate};

const FIXTURES: &[&str] =
    &["shop-3.0.json", "feed-3.1.yaml", "engine-2.0.yaml", "library-3.1.yaml", "lists-3.1.yaml"];

fn client(of: &str) -> (PathBuf, Generated) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(of);
    let document = Document::open(&path).unwrap();
    let overrides = path.with_extension("toml");
    let settings = if overrides.exists() { Settings::open(overrides).unwrap() } else { Settings::default() };
    (path, generate(&document, &settings).unwrap())
}

fn losses(generated: &Generated) -> Vec<String> {
    generated.losses.iter().map(Loss::to_string).collect()
}

#[test]
fn a_document_becomes_the_client_beside_it() {
    for name in FIXTURES {
        let (path, generated) = client(name);
        let beside = path.with_extension("rs");
        if std::env::var_os("AFRESH_BLESS").is_some() {
            fs::write(&beside, &generated.source).unwrap();
        }
        assert!(
            generated.source == fs::read_to_string(&beside).unwrap(),
            "{} is out of date",
            beside.display()
        );
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for name in FIXTURES {
        assert_eq!(client(name).1.source, client(name).1.source);
    }
}

#[test]
fn every_loss_is_reported_once_with_its_place() {
    let (_, shop) = client("shop-3.0.json");
    assert_eq!(
        (shop.operations, shop.methods),
        (14, 14),
        "operations in the document, and generated methods"
    );
    assert_eq!(
        losses(&shop),
        [
            "GET /bodies: the method sends no request body, because `GET` requests have no body",
            "GET /../secret: the path has a segment `.` or `..`, so no method is generated for the operation",
        ]
    );
    let (_, feed) = client("feed-3.1.yaml");
    assert_eq!(
        losses(&feed),
        [
            "POST /feeds/{feed}/items: the method does not send the body as `text/csv; charset=utf-8`, only as `application/json`",
            "GET /styles/{simple}/{pairs}/{dots}: cookie parameter `color` is a string that the caller encodes, because a cookie cannot contain values of its type",
        ]
    );
    let (_, lists) = client("lists-3.1.yaml");
    assert_eq!(
        losses(&lists),
        [
            "GET /untyped: the response has no list at `/data`, so the method returns whole pages",
            "POST /body: the extension `x-speakeasy-pagination` cannot be used, so the method returns one page",
        ]
    );
    let (_, library) = client("library-3.1.yaml");
    assert_eq!(
        losses(&library),
        [
            "schema Blurred: Blurred: decoding cannot distinguish variant 1 from variant 2, so the type is any JSON value",
            "POST /books: the method does not send the body as `application/xml`, only as `application/json`",
            "POST /books: the method does not accept `application/xml`, only `application/json`",
            "type Author: `born` cannot be sent as `null`, because the client leaves out `None`",
        ]
    );
}
