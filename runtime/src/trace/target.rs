//! The `target` of all spans and events of this crate.

/// Filters use this name to select the spans and events of this crate.
pub(super) const TARGET: &str = "afresh";
