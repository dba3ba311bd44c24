//! The measurements: one file each, each writes its section of the report.

pub mod calls;
pub mod kinds;
pub mod sessions;
