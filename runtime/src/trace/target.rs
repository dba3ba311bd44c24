//! Defines the `target` of all spans and events from this crate.

/// The name by which trace filters select the spans and events of this crate.
pub(super) const TARGET: &str = "afresh";
