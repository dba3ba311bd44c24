//! Defines the `target` of all spans and events from this crate.

pub(super) const TARGET: &str = "afresh";
