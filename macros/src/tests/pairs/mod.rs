//! Tests every pair of attributes and arguments: either both take effect, or the pair is rejected. In an accepted pair,
//! no attribute is ignored.
//!
//! Read `row.rs` first: it checks one pair of attributes or arguments.

mod api;
mod derives;
mod methods;
mod pages;
mod row;
