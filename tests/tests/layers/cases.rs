//! The layer test, tested: small crates with one thing wrong each, and some that look wrong and are not.

use crate::order::Order;
use crate::rules::{Ban, violations};
use crate::tree::Files;

const BANS: &[Ban] =
    &[Ban { folders: &["session"], crates: &["reqwest"], modules: &["client", "transport"] }];

/// The list for these files, in the order of their first mention.
fn check(files: &[(&str, &str)], order: &[&str], bans: &[Ban]) -> Vec<String> {
    let files: Files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
    let lines: String = order.iter().map(|name| format!("{name}  a sentence\n")).collect();
    let document = format!("# The layers\n\n```layers src\n{lines}```\n");
    violations(&files, &Order::read(&document, "src").unwrap(), bans)
}

/// A crate of the folders `above/` and `below/`, with one file of its own in each.
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

#[test]
fn an_arrow_down_is_allowed() {
    let found = two_folders("use crate::below::Below; struct Above(Below);", "struct Below; fn helper() {}");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_use_of_a_folder_above_is_named_with_file_and_line() {
    let found = two_folders("struct Above;", "struct Below;\nfn helper() {}\nuse crate::above::Above;");
    assert_only(
        &found,
        &[
            "below/two.rs:3 names `crate::above::Above`",
            "in above/one.rs",
            "`above/` is listed above `below/`",
        ],
    );
}

#[test]
fn an_inline_path_is_an_arrow_like_a_use() {
    let below = "struct Below; fn helper() { Some(1).map(|_: u8| crate::above::Above::new::<u8>()); }";
    assert_only(&two_folders("struct Above;", below), &["names `crate::above::Above::new`"]);
}

#[test]
fn a_path_in_a_macro_call_is_an_arrow() {
    let below = r#"struct Below; fn helper() { println!("{}", crate::above::Above::NAME); }"#;
    assert_only(&two_folders("struct Above;", below), &["names `crate::above::Above::NAME`"]);
}

#[test]
fn a_use_in_the_body_of_a_function_is_an_arrow() {
    let below = "struct Below; fn helper() { use crate::above::{Above as A, self}; }";
    let found = two_folders("struct Above;", below);
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn a_name_of_the_root_leads_to_the_file_that_defines_it() {
    let below = "struct Below; fn helper() {} use crate::Above;";
    assert_only(&two_folders("struct Above;", below), &["names `crate::Above`", "in above/one.rs"]);
}

#[test]
fn a_part_of_an_imported_module_leads_to_the_file_that_defines_it() {
    let files = [
        ("lib.rs", "mod above; mod below;"),
        ("above/mod.rs", "pub(crate) mod one;"),
        ("above/one.rs", "pub(crate) struct Above; fn f() { below::Below; } use crate::below;"),
        ("below/mod.rs", "pub(crate) use two::*; mod two;"),
        ("below/two.rs", "pub(crate) struct Below; fn f() { crate::above::one::Above; }"),
    ];
    let found = check(&files, &["lib.rs", "above/", "below/"], &[]);
    assert!(
        found[0].starts_with(
            "2 files import each other in a circle: above/one.rs -> below/two.rs -> above/one.rs"
        ),
        "{found:#?}"
    );
}

#[test]
fn a_circle_inside_of_a_folder_is_shown_step_by_step() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; mod c; mod d; mod e;"),
        ("a/b.rs", "use super::c::C; use super::e::E; struct B;"),
        ("a/c.rs", "use crate::a::d::D; struct C;"),
        ("a/d.rs", "struct D; impl From<super::b::B> for D {}"),
        ("a/e.rs", "struct E;"),
    ];
    let found = check(&files, &["lib.rs", "a/"], &[]);
    assert_only(
        &found,
        &["3 files", "a/b.rs -> a/c.rs -> a/d.rs -> a/b.rs", "a/c.rs:1 names `crate::a::d::D`, in a/d.rs"],
    );
}

#[test]
fn two_circles_are_two_violations() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B; struct A;"),
        ("b.rs", "use crate::a::A; use crate::c::C; struct B;"),
        ("c.rs", "use crate::d::D; struct C;"),
        ("d.rs", "use crate::c::C; struct D;"),
    ];
    let found = check(&files, &["lib.rs", "a.rs", "b.rs", "c.rs", "d.rs"], &[]);
    assert_eq!(
        found.iter().filter(|text| text.contains("2 files import each other")).count(),
        2,
        "{found:#?}"
    );
    assert_eq!(found.iter().filter(|text| text.contains("is listed above")).count(), 2, "{found:#?}");
}

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

#[test]
fn an_exported_macro_leads_to_the_file_that_defines_it() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "#[macro_export]\nmacro_rules! above { () => { $crate::b::B } }"),
        ("b.rs", "pub struct B; fn f() { crate::above!() }"),
    ];
    let found = check(&files, &["lib.rs", "a.rs", "b.rs"], &[]);
    assert!(
        found.iter().any(|text| text.contains("2 files") && text.contains("a.rs:2 names `crate::b::B`")),
        "{found:#?}"
    );
}

#[test]
fn an_inline_module_counts_as_its_file() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; mod inner { use super::A; fn f() { super::super::b::B; } }"),
        ("b.rs", "pub struct B; mod inner { fn f() { crate::a::A } }"),
    ];
    assert_eq!(check(&files, &["lib.rs", "a.rs", "b.rs"], &[]).len(), 2);
}

#[test]
fn a_path_attribute_says_where_a_module_is() {
    let files = [
        ("lib.rs", "mod a; #[doc(hidden)] #[path = \"other/place.rs\"] pub mod b;"),
        ("a.rs", "#[path = \"side.rs\"] mod c; pub struct A;"),
        ("side.rs", "fn f() { crate::b::d::D }"),
        ("other/place.rs", "pub mod d;"),
        ("other/d.rs", "pub struct D(super::super::a::A);"),
    ];
    let found = check(&files, &["lib.rs", "other/", "a.rs", "side.rs"], &[]);
    assert_only(
        &found,
        &["side.rs:1 names `crate::b::d::D`, which is in other/d.rs", "`other/` is listed above `side.rs`"],
    );
}

#[test]
fn each_file_of_a_module_that_cfg_chooses_is_read() {
    let files = [
        (
            "lib.rs",
            "#[cfg(feature = \"t\")] mod t; #[cfg(not(feature = \"t\"))] #[path = \"t/off.rs\"] mod t; mod a;",
        ),
        ("a.rs", "use crate::t::T; pub struct A;"),
        ("t/mod.rs", "pub struct T;"),
        ("t/off.rs", "pub struct T; fn f() { crate::a::A }"),
    ];
    let found = check(&files, &["lib.rs", "a.rs", "t/"], &[]);
    assert!(found[0].contains("a.rs -> t/off.rs -> a.rs"), "{found:#?}");
}

#[test]
fn code_that_only_tests_have_is_left_out() {
    let below = "struct Below; fn helper() {}
        #[cfg(test)] use crate::above::Above;
        #[cfg(all(unix, test))] mod cases { use crate::above::Above; }
        struct Fields { #[cfg(test)] one: crate::above::Above, two: u8 }
        #[cfg(test)] impl Below { fn f() { crate::above::Above } }";
    let found = two_folders("struct Above;", below);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_follows_code_that_only_tests_have_is_read() {
    for skipped in [
        "#[cfg(test)] use a::{b};",
        "#[cfg(test)] const A: [u8; 1] = { [1] };",
        "#[cfg(test)] fn f<A, B>() {}",
    ] {
        let found = two_folders(
            "struct Above;",
            &format!("struct Below; fn helper() {{}} {skipped} use crate::above::Above;"),
        );
        assert_only(&found, &["names `crate::above::Above`"]);
    }
}

#[test]
fn code_that_tests_do_not_have_is_read() {
    let below = "struct Below; fn helper() {} #[cfg(not(test))] use crate::above::Above;";
    assert_only(&two_folders("struct Above;", below), &["names `crate::above::Above`"]);
}

#[test]
fn files_of_tests_are_left_out() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A;"),
        ("b.rs", "mod tests; #[cfg(test)] mod double; pub struct B;"),
        ("b/double.rs", "use crate::a::A;"),
        ("b/tests.rs", "mod more; use super::B; use crate::a::A;"),
        ("b/tests/more.rs", "use crate::a::A;"),
    ];
    let found = check(&files, &["lib.rs", "a.rs", "b/"], &[]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn comments_texts_and_quoted_code_name_nothing() {
    let below = r##"//! See [`crate::above::Above`].
        /* crate::above::Above */
        struct Below;
        fn helper() { let _ = "crate::above::Above"; let _ = r#"use crate::above::Above;"#; quote! { crate::above::Above } }
        pub(in crate::above) fn seen() -> impl Sized + use<> {}"##;
    let found = two_folders("struct Above;", below);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_re_export_is_no_arrow() {
    let below = "struct Below; fn helper() {} pub use crate::above::Above;";
    let found = two_folders("struct Above;", below);
    assert!(found.is_empty(), "{found:#?}");
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
fn what_is_forbidden_is_forbidden_to_tests_too() {
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
    let files = [("lib.rs", "mod a; mod b;"), ("a/mod.rs", ""), ("b.rs", "")];
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
    assert_eq!(found, ["a/gone.rs is missing", "a/left.rs is no module of the crate"]);
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
