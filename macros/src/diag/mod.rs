//! Collects and formats errors and their locations.
//!
//! Read `diagnostics.rs` first: it collects the errors of every step.

mod diagnostics;
mod spelling;
mod wording;

pub(crate) use diagnostics::{Diagnostics, Located, Location};
pub(crate) use wording::{expected, invalid, similar};
