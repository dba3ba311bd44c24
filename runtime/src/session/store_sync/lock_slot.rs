//! The lock of the store, while this session holds it: [`LockSlot`].

use crate::session::refresh_handle::RefreshHandle;
use crate::store::StoreLock;

/// The lock, if this session holds it. The session has it and not the task of the refresh, so that the next refresh, or
/// the writer, can continue under it.
#[derive(Default)]
pub(super) struct LockSlot {
    held: Option<Held>,
    /// Whether the watchdog checks the lock.
    watched: bool,
}

/// The lock of the store. It is released when this is dropped, which runs code of the store.
pub(super) struct Held {
    lock: StoreLock,
    /// The refresh that runs under it. `None`: it protects a change that is not stored yet. No other process
    /// may refresh before it is.
    refresh: Option<RefreshHandle>,
}

/// What the lock is held for.
pub(super) enum HeldFor {
    Refresh(RefreshHandle),
    UnwrittenChange,
}

impl LockSlot {
    /// A refresh has taken the lock. Returns the one before it.
    #[must_use]
    pub(super) fn put(&mut self, lock: StoreLock, refresh: &RefreshHandle) -> Option<Held> {
        self.held.replace(Held { lock, refresh: Some(refresh.clone()) })
    }

    /// A refresh continues under the lock that the session holds already. Returns its fence.
    pub(super) fn reuse(&mut self, refresh: &RefreshHandle) -> Option<u64> {
        let held = self.held.as_mut().filter(|held| !held.lock.has_run_out())?;
        held.refresh = Some(refresh.clone());
        Some(held.lock.fence())
    }

    /// Another refresh continues under the lock.
    pub(super) fn hand_over(&mut self, from: &RefreshHandle, to: &RefreshHandle) {
        if let Some(held) = self.held.as_mut().filter(|held| held.refresh.as_ref() == Some(from)) {
            held.refresh = Some(to.clone());
        }
    }

    /// A refresh ends. Returns the lock to release, unless the lock is kept for a change that is not stored yet.
    #[must_use]
    pub(super) fn end_refresh(&mut self, refresh: &RefreshHandle, kept: bool) -> Option<Held> {
        let held = self.held.as_mut().filter(|held| held.refresh.as_ref() == Some(refresh))?;
        if kept {
            held.refresh = None;
            return None;
        }
        self.held.take()
    }

    /// Returns the lock to release, if no refresh runs under it.
    #[must_use]
    pub(super) fn end_protection(&mut self) -> Option<Held> {
        self.held.take_if(|held| held.refresh.is_none())
    }

    /// Returns the lock if its lease has expired.
    #[must_use]
    pub(super) fn take_expired(&mut self) -> Option<Held> {
        self.held.take_if(|held| held.lock.has_run_out())
    }

    #[must_use]
    pub(super) fn take(&mut self) -> Option<Held> {
        self.held.take()
    }

    pub(super) fn fence(&self) -> Option<u64> {
        self.held.as_ref().map(|held| held.lock.fence())
    }

    /// The lock is checked from now on. Returns whether it was not before.
    pub(super) fn begin_watch(&mut self) -> bool {
        !std::mem::replace(&mut self.watched, true)
    }

    /// What the lock is held for. If it is not held, it is no longer checked.
    pub(super) fn watch(&mut self) -> Option<HeldFor> {
        self.watched = self.held.is_some();
        let held = self.held.as_ref()?;
        Some(held.refresh.clone().map_or(HeldFor::UnwrittenChange, HeldFor::Refresh))
    }
}
