//! Collects and formats errors and their locations. Start with `diagnostics.rs`.

mod diagnostics;
mod spelling;
mod wording;

pub(crate) use diagnostics::{Diagnostics, Located, Location};
pub(crate) use wording::{expected, invalid, similar};
