//! Tests every pair of attributes and arguments: either both take effect, or the pair is rejected. Start with `row.rs`.
//!
//! In an accepted pair, no attribute is ignored.

mod api;
mod derives;
mod methods;
mod pages;
mod row;
