//! Reads and locks the store for logins and logouts.

use std::sync::atomic::Ordering;

use super::prepare::wait_for_late_cookies;
use super::state::Adopt;
use crate::error::{Error, Kind};
use crate::session::session::Session;
use crate::store::StoreLock;

impl Session {
    /// Replaces this process's session with the session from the store. If `any` is true, the stored session replaces
    /// this process's session even if the stored session belongs to another user.
    pub(crate) async fn read_for_login(&self, any: bool) -> Result<(), Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(()) };
        let _exclusive = store_sync.exclusive().await;
        let which = if any { Adopt::AnyLogin } else { Adopt::SameLogin };
        self.read_store(store_sync, which).await.map(|_| ())
    }

    /// Acquires the store's lock. If another process is logging in or refreshing, waits until that process releases the
    /// lock.
    pub(crate) async fn lock_for_login(&self) -> Result<Option<StoreLock>, Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(None) };
        store_sync.store.lock().await.map_err(|error| {
            let text = "the store could not be locked, so no login was attempted. Check the store";
            Error::new(Kind::Store, text).with_source(error)
        })
    }

    /// Acquires the store's lock for a login or logout. If another process is refreshing, waits until that process
    /// releases the lock. Returns `None` if the store cannot be locked, or if a call to
    /// [`ensure_login`](Self::ensure_login) for this session already holds the lock.
    pub(crate) async fn lock_for_exchange(&self) -> Option<StoreLock> {
        let store_sync = self.store_sync()?;
        let is_held = self.0.holds_login_lock.load(Ordering::SeqCst);
        if is_held { None } else { store_sync.store.lock().await.ok().flatten() }
    }

    /// Waits until a refresh that a closed tab started can no longer replace the cookies. If the store cannot be read,
    /// the login or logout is sent without waiting.
    pub(crate) async fn wait_for_late_cookies(&self) {
        if let Some(store_sync) = self.store_sync() {
            let _ = wait_for_late_cookies(store_sync).await;
        }
    }
}
