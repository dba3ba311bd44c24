//! Tests the rules about a directory's `mod.rs`, about forbidden names, and about the list in ARCHITECTURE.md.

use super::{assert_only, check};
use crate::order::Order;
use crate::rules::Ban;

const BANS: &[Ban] =
    &[Ban { folders: &["session"], crates: &["reqwest"], modules: &["client", "transport"] }];

#[test]
fn a_file_must_not_use_what_its_own_mod_rs_defines() {
    let files =
        [("lib.rs", "mod a;"), ("a/mod.rs", "mod b; pub(crate) struct Own;"), ("a/b.rs", "use super::Own;")];
    assert_only(
        &check(&files, &["lib.rs", "a/"], &[]),
        &["a/b.rs:1 names `super::Own`", "in a/mod.rs, around it"],
    );
}

#[test]
fn a_file_must_not_use_the_module_file_two_folders_up() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b; pub(crate) fn own() {}"),
        ("a/b.rs", "mod c;"),
        ("a/b/c.rs", "fn f() { super::super::own() }"),
    ];
    assert_only(&check(&files, &["lib.rs", "a/"], &[]), &["a/b/c.rs:1 names `super::super::own`", "in a.rs"]);
}

#[test]
fn a_glob_of_the_own_mod_rs_is_a_use_of_it() {
    let files =
        [("lib.rs", "mod a;"), ("a/mod.rs", "mod b; mod c;"), ("a/b.rs", "use super::*;"), ("a/c.rs", "")];
    assert_only(&check(&files, &["lib.rs", "a/"], &[]), &["names `super::*`"]);
}

#[test]
fn a_name_that_the_own_mod_rs_takes_from_another_file_is_that_files() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; mod c; use c::Private; pub use c::Public;"),
        ("a/b.rs", "use super::{Private, Public};"),
        ("a/c.rs", "pub struct Private; pub struct Public;"),
    ];
    let found = check(&files, &["lib.rs", "a/"], &[]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_use_of_what_the_root_defines_is_an_arrow_up() {
    let files = [("lib.rs", "mod a; const LIMIT: u8 = 1;"), ("a.rs", "const A: u8 = crate::LIMIT;")];
    assert_only(
        &check(&files, &["lib.rs", "a.rs"], &[]),
        &["names `crate::LIMIT`", "`lib.rs` is listed above `a.rs`"],
    );
}

fn session(text: &str) -> Vec<String> {
    let files = [
        (
            "lib.rs",
            "mod client; mod session; mod transport; pub use client::Client; pub use transport::Send;",
        ),
        ("client.rs", "pub struct Client;"),
        ("session/mod.rs", "mod cell;"),
        ("session/cell.rs", text),
        ("transport/mod.rs", "mod send; pub use send::Send;"),
        ("transport/send.rs", "pub struct Send; use reqwest::Client;"),
    ];
    check(&files, &["lib.rs", "client.rs", "session/", "transport/"], BANS)
}

#[test]
fn a_forbidden_crate_is_found_in_each_form() {
    for text in [
        "use reqwest::Url;",
        "use ::reqwest;",
        "fn f() -> ::reqwest::Url {}",
        "pub use reqwest::Url;",
        "use {reqwest::Url, std::io};",
    ] {
        assert_only(
            &session(text),
            &["session/cell.rs:1 names `", "reqwest", "no file here names this crate"],
        );
    }
}

#[test]
fn a_forbidden_module_is_found_in_each_form() {
    for text in [
        "use crate::transport::Send;",
        "use crate::Send;",
        "fn f() { super::super::transport::send::Send; }",
        "pub use crate::transport;",
    ] {
        assert_only(&session(text), &["session/cell.rs:1 names `", "no file here names this module"]);
    }
}

#[test]
fn forbidden_names_are_forbidden_in_tests_too() {
    assert_only(&session("#[cfg(test)] mod cases { fn f() { reqwest::get(1) } }"), &["names `reqwest::get`"]);
    assert_only(&session("#[cfg(test)] mod cases { use crate::Client; }"), &["names `crate::Client`"]);
}

#[test]
fn other_crates_and_words_like_the_forbidden_ones_are_allowed() {
    let found = session("use http::{Method, transport}; fn f() { let reqwest = 1; hyper::client::conn(); }");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_rule_about_a_folder_that_is_gone_is_a_violation() {
    let files = [("lib.rs", "mod session; mod client;"), ("session.rs", ""), ("client.rs", "")];
    let found = check(&files, &["lib.rs", "client.rs", "session.rs"], BANS);
    assert_only(&found, &["a rule is about `transport`"]);
}

#[test]
fn the_list_and_the_folder_have_the_same_names() {
    let files = [
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod tests;"),
        ("a/mod.rs", ""),
        ("b.rs", ""),
        ("tests/mod.rs", "use crate::a::A;"),
    ];
    let found = check(&files, &["lib.rs", "a.rs", "b.rs"], &[]);
    assert_eq!(
        found,
        ["`a/` is not in the list of ARCHITECTURE.md", "`a.rs` is in the list of ARCHITECTURE.md only"]
    );
}

#[test]
fn a_file_that_no_module_line_names_is_a_violation() {
    let files = [("lib.rs", "mod a;"), ("a/mod.rs", "mod gone;"), ("a/left.rs", "")];
    let found = check(&files, &["lib.rs", "a/"], &[]);
    assert_eq!(found, ["a/gone.rs is missing", "a/left.rs is not a module of the crate"]);
}

#[test]
fn a_list_without_a_block_a_sentence_or_with_a_name_twice_is_an_error() {
    let list =
        |lines: &str| Order::read(&format!("```layers src\n{lines}\n```"), "src").map(|_| ()).unwrap_err();
    assert_eq!(list("a/"), "`a/` in the list of src has no sentence");
    assert_eq!(list("a/  one\na/  two"), "the list of src has `a/` twice");
    assert!(
        Order::read("```text\na/  one\n```", "src")
            .unwrap_err()
            .contains("no block that starts with ```layers src")
    );
}
