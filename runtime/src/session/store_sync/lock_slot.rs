//! Defines [`LockSlot`], which contains the store's lock while this session holds it.

use crate::session::refresh_handle::RefreshHandle;
use crate::store::StoreLock;

/// The store's lock, if this session holds it. The lock belongs to the session rather than to the refresh task, so the
/// next refresh or the writer can use the same lock.
#[derive(Default)]
pub(super) struct LockSlot {
    held: Option<Held>,
    watched: bool,
}

/// The store's lock. Dropping a `Held` runs the store's code that releases the lock.
pub(super) struct Held {
    lock: StoreLock,
    /// The refresh that is using the lock. `None` means that the lock protects a change that has not been stored yet.
    /// No other process may refresh before the change is stored.
    refresh: Option<RefreshHandle>,
}

/// The reason that the session holds the lock.
pub(super) enum HeldFor {
    Refresh(RefreshHandle),
    UnwrittenChange,
}

impl LockSlot {
    /// Puts a refresh's lock into the slot. Returns the previous lock.
    #[must_use]
    pub(super) fn put(&mut self, lock: StoreLock, refresh: &RefreshHandle) -> Option<Held> {
        self.held.replace(Held { lock, refresh: Some(refresh.clone()) })
    }

    /// Lets a refresh use the lock that the session already holds. Returns the lock's fence.
    pub(super) fn reuse(&mut self, refresh: &RefreshHandle) -> Option<u64> {
        let held = self.held.as_mut().filter(|held| !held.lock.has_run_out())?;
        held.refresh = Some(refresh.clone());
        Some(held.lock.fence())
    }

    /// Passes the lock to the refresh `to` if the refresh `from` holds the lock.
    pub(super) fn hand_over(&mut self, from: &RefreshHandle, to: &RefreshHandle) {
        if let Some(held) = self.held.as_mut().filter(|held| held.refresh.as_ref() == Some(from)) {
            held.refresh = Some(to.clone());
        }
    }

    /// Ends a refresh. Returns the lock so that the caller can release it, unless the lock protects a change that has
    /// not been stored yet.
    #[must_use]
    pub(super) fn end_refresh(&mut self, refresh: &RefreshHandle, kept: bool) -> Option<Held> {
        let held = self.held.as_mut().filter(|held| held.refresh.as_ref() == Some(refresh))?;
        if kept {
            held.refresh = None;
            return None;
        }
        self.held.take()
    }

    /// Returns the lock so that the caller can release it, unless a refresh is using the lock.
    #[must_use]
    pub(super) fn end_protection(&mut self) -> Option<Held> {
        self.held.take_if(|held| held.refresh.is_none())
    }

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

    /// Records that a watchdog is checking the lock. Returns `false` if a watchdog was already checking the lock.
    pub(super) fn begin_watch(&mut self) -> bool {
        !std::mem::replace(&mut self.watched, true)
    }

    /// Returns the reason that the session holds the lock, or `None` if no lock is held. If no lock is held, this
    /// method also undoes [`begin_watch`](Self::begin_watch), because the watchdog stops.
    pub(super) fn watch(&mut self) -> Option<HeldFor> {
        self.watched = self.held.is_some();
        let held = self.held.as_ref()?;
        Some(held.refresh.clone().map_or(HeldFor::UnwrittenChange, HeldFor::Refresh))
    }
}
