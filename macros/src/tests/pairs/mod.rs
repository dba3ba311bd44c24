//! Tests every pair of attributes and arguments: both take effect, or the pair is refused. In no accepted pair is one of
//! the two ignored.
//!
//! Read `row.rs` first.

mod api;
mod derives;
mod methods;
mod pages;
mod row;
