//! HEADER

mod diagnostics;
mod spelling;
mod wording;

pub(crate) use diagnostics::{Diagnostics, Located, Location};
pub(crate) use wording::{expected, invalid, similar};
