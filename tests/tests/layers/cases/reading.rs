//! Tests which code the layer test reads and which code it ignores.

use super::{assert_only, check, two_folders};

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
fn code_after_code_that_only_tests_have_is_read() {
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
