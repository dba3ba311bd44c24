//! Tests the layers of both published crates: a file may depend only on files that ARCHITECTURE.md lists below its
//! directory.
//!
//! If a file names an item in a `use` or an inline path, the file depends on the file that defines the item. A `mod`
//! line or a `pub use` does not create a dependency. If an item is named through a `pub use`, the dependency is on the
//! file that defines the item. Test code is ignored, except by the rules that forbid certain names.

use std::path::Path;

mod cases;
mod order;
mod rules;
mod source;
mod token;
mod tree;

use order::Order;
use rules::{Ban, violations};

/// It must be possible to compile and test the session and the stores without a client.
const RUNTIME: &[Ban] =
    &[Ban { folders: &["session", "store"], crates: &["reqwest"], modules: &["client", "transport"] }];

#[test]
fn files_of_the_runtime_use_only_what_is_listed_below_them() {
    assert_layers("runtime/src", RUNTIME);
}

#[test]
fn files_of_the_macros_use_only_what_is_listed_below_them() {
    assert_layers("macros/src", &[]);
}

fn assert_layers(source: &str, bans: &[Ban]) {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = tree::read_files(&root.join(source)).unwrap();
    let document = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let order = Order::read(&document, source).unwrap_or_else(|error| panic!("{error}"));
    let found = violations(&files, &order, bans);
    assert!(found.is_empty(), "{source} breaks its layers in {} places:\n{}", found.len(), found.join("\n"));
}
