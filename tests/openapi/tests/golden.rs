//! Checks that each document produces the trait that is stored next to it. `AFRESH_BLESS=1` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use afresh_openapi::{Declaration, Document, declare};

fn declaration(of: &str) -> (PathBuf, Declaration) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(of);
    let document = Document::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    (path, declare(&document, None))
}

#[test]
fn a_document_becomes_the_trait_beside_it() {
    for name in ["shop-3.0.json", "feed-3.1.yaml", "engine-2.0.yaml"] {
        let (path, declaration) = declaration(name);
        let beside = path.with_extension("rs");
        if std::env::var_os("AFRESH_BLESS").is_some() {
            fs::write(&beside, &declaration.source).unwrap();
        }
        assert!(declaration.source == fs::read_to_string(&beside).unwrap(), "{} is old", beside.display());
    }
}

#[test]
fn what_cannot_be_asked_for_is_counted_and_told() {
    let (_, shop) = declaration("shop-3.0.json");
    assert_eq!((shop.operations, shop.declared, shop.methods), (14, 13, 14));
    let [refused] = shop.refused.as_slice() else { panic!("{:?}", shop.refused) };
    assert_eq!(refused.operation, "GET /../secret");
    let [note] = shop.notes.as_slice() else { panic!("{:?}", shop.notes) };
    assert_eq!(note.text, "its body: HTTP gives a `GET` none");
    for name in ["feed-3.1.yaml", "engine-2.0.yaml"] {
        let (_, declaration) = declaration(name);
        assert_eq!(declaration.declared, declaration.operations);
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for text in ["{", "- a", "just: yaml", "{}", ": : :"] {
        assert!(Document::parse(text).is_err(), "{text}");
    }
}
