//! Tests the layer test itself on small crates. Each small crate contains one violation of the layer rules, or code
//! that only looks like a violation.

mod arrows;
mod reading;
mod rules;

use crate::order::Order;
use crate::rules::{Ban, violations};
use crate::tree::Files;

/// Returns the violations in the given files; `order` lists the layers from top to bottom.
fn check(files: &[(&str, &str)], order: &[&str], bans: &[Ban]) -> Vec<String> {
    let files: Files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
    let lines: String = order.iter().map(|name| format!("{name}  a sentence\n")).collect();
    let document = format!("# The layers\n\n```layers src\n{lines}```\n");
    violations(&files, &Order::read(&document, "src").unwrap(), bans)
}

/// Returns the violations in a crate that has the directories `above/` and `below/` with one file each.
fn two_folders(above: &str, below: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod above; mod below; pub use crate::above::Above;"),
        ("above/mod.rs", "mod one; pub use one::Above;"),
        ("above/one.rs", above),
        ("below/mod.rs", "mod two; pub(crate) use self::two::{Below, helper};"),
        ("below/two.rs", below),
    ];
    check(&files, &["lib.rs", "above/", "below/"], &[])
}

#[track_caller]
fn assert_only(found: &[String], parts: &[&str]) {
    assert!(
        found.len() == 1 && parts.iter().all(|part| found[0].contains(part)),
        "{parts:?} is not in {found:#?}"
    );
}
