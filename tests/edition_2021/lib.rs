//! Generated code works in a crate of edition 2021 too: the same traits, doubles and holders, compiled once more.
#![cfg(test)]

#[path = "../tests/language/api.rs"]
#[expect(dead_code, reason = "not every group is here")]
mod api;
#[path = "../tests/language/declarations.rs"]
mod declarations;
#[path = "../tests/language/doubles.rs"]
mod doubles;
#[path = "../tests/language/holders.rs"]
mod holders;
#[path = "../tests/language/lints.rs"]
mod lints;
