//! Tests the rules about dependencies between files and about dependency cycles.

use super::{assert_only, check, two_folders};

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
