//! The lock of the store, while this session holds it: [`HeldLock`].

use crate::session::refresh_handle::RefreshHandle;
use crate::store::StoreLock;

/// The lock of the store. The session holds it and not the task of the refresh, so that the next refresh, or
/// the writer, can continue under it.
pub(super) struct HeldLock {
    pub(super) lock: StoreLock,
    /// The refresh that runs under it. `None`: it protects a change that is not stored yet. No other process
    /// may refresh before it is.
    pub(super) refresh: Option<RefreshHandle>,
}
