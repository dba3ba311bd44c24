//! HEADER

mod diagnostics;
mod spelling;
mod wording;

pub(crate) use diagnostics::{At, Diagnostics, Located};
pub(crate) use wording::{expected, invalid, similar};
