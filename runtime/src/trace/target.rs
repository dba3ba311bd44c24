//! The `target` of all spans and events from this crate.

/// Filters use this name to select the spans and events from this crate.
pub(super) const TARGET: &str = "afresh";
