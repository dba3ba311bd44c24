//! The lock of the store, while this session holds it: [`HeldLock`].

use super::state::SyncState;
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

impl SyncState {
    /// A refresh takes over the lock that the session holds already. Returns its fence.
    pub(super) fn reuse_lock(&mut self, refresh: &RefreshHandle) -> Option<u64> {
        let held = self.held_lock.as_mut().filter(|held| !held.lock.has_run_out())?;
        held.refresh = Some(refresh.clone());
        Some(held.lock.fence())
    }

    /// Another refresh continues under the lock.
    pub(crate) fn hand_over_lock(&mut self, from: &RefreshHandle, to: &RefreshHandle) {
        if let Some(held) = self.held_lock.as_mut().filter(|held| held.refresh.as_ref() == Some(from)) {
            held.refresh = Some(to.clone());
        }
    }

    /// A refresh ends. Returns the lock to release, unless the lock protects a change that is not stored yet.
    #[must_use]
    pub(super) fn end_refresh(&mut self, refresh: &RefreshHandle) -> Option<HeldLock> {
        let kept = self.view.keeps_lock();
        let held = self.held_lock.as_mut().filter(|held| held.refresh.as_ref() == Some(refresh))?;
        if kept {
            held.refresh = None;
            return None;
        }
        self.held_lock.take()
    }

    /// Returns the lock to release, if no refresh runs under it.
    #[must_use]
    pub(super) fn end_protection(&mut self) -> Option<HeldLock> {
        self.held_lock.take_if(|held| held.refresh.is_none())
    }
}
