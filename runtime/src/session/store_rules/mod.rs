//! Defines the rules for sharing a stored session between processes. Start with `store_view.rs`.
//!
//! The rules decide which of two records is used, when the store's lock is kept, and what a process does if a
//! confirmation is lost or the store contains an intent to refresh.
//!
//! The rules are pure: they do not use I/O, tasks or a clock. `store_sync` applies the rules. The tests for the rules
//! explore all interleavings of two processes.

mod adoption;
mod compare;
mod store_view;
mod stored_as;
#[cfg(test)]
mod tests;

pub(crate) use self::adoption::{Adoption, Here};
pub(crate) use self::compare::{Comparison, Identity};
pub(crate) use self::store_view::{RecordDraft, StoreView, StoredRecord};
pub(crate) use self::stored_as::StoredAs;

/// Whether the rejected refresh token was probably spent by an earlier refresh whose result was lost. `intent` is true
/// if the store contained an intent to refresh when the store's lock was acquired. An intent to refresh remains in the
/// store only if the result of that refresh was never stored.
pub(crate) fn is_rotation_lost(intent: bool) -> bool {
    intent
}
