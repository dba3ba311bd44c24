//! The clients beside the documents are what the documents become. `AFRESH_BLESS=1` writes them again.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

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
        assert!(generated.source == fs::read_to_string(&beside).unwrap(), "{} is old", beside.display());
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
    assert_eq!((shop.operations, shop.methods), (14, 14));
    assert_eq!(
        losses(&shop),
        [
            "GET /bodies: its body: HTTP gives a `GET` none",
            "GET /../secret: the path has a segment `.` or `..`: no method",
        ]
    );
    let (_, feed) = client("feed-3.1.yaml");
    assert_eq!(
        losses(&feed),
        [
            "POST /feeds/{feed}/items: the body as `text/csv; charset=utf-8`: the method sends `application/json`",
            "GET /styles/{simple}/{pairs}/{dots}: cookie parameter `color`: its type has no form in a cookie: a text, which the caller writes",
        ]
    );
    let (_, lists) = client("lists-3.1.yaml");
    assert_eq!(
        losses(&lists),
        [
            "GET /untyped: the items of its pages: the answer has no list at `/data`, so the method gives pages",
            "POST /body: pages as `x-speakeasy-pagination` describes them: the method gives one page",
        ]
    );
    let (_, library) = client("library-3.1.yaml");
    assert_eq!(
        losses(&library),
        [
            "schema Blurred: Blurred: variant 1 and variant 2 cannot be told apart: any JSON value",
            "POST /books: the body as `application/xml`: the method sends `application/json`",
            "POST /books: answers as `application/xml`: the method asks for `application/json`",
            "type Author: `born` cannot be sent as `null`: `None` is left out",
        ]
    );
}
