//! Checks that generated code also works in a crate that uses edition 2021. This crate compiles the traits, test
//! doubles and holder types of the language tests in edition 2021.
#![cfg(test)]

#[path = "../tests/language/api.rs"]
#[expect(dead_code, reason = "this crate uses only some of the groups")]
mod api;
#[path = "../tests/language/declarations.rs"]
mod declarations;
#[path = "../tests/language/doubles.rs"]
mod doubles;
#[path = "../tests/language/holders.rs"]
mod holders;
#[path = "../tests/language/lints.rs"]
mod lints;
