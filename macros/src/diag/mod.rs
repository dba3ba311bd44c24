//! Errors and their locations.
//!
//! Read `diagnostics.rs` first: every step reports through it.

mod diagnostics;
mod spelling;
mod wording;

pub(crate) use diagnostics::{Diagnostics, Located, Location};
pub(crate) use wording::{expected, invalid, similar};
