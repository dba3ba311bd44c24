//! Tests every pair of attributes and arguments: either both take effect, or the pair is refused. No accepted pair has
//! an attribute that is ignored.
//!
//! Read `row.rs` first: it checks one pair.

mod api;
mod derives;
mod methods;
mod pages;
mod row;
