//! Reads and locks the store for a login that other processes wait for.

use super::state::Adopt;
use crate::error::{Error, Kind};
use crate::session::session::Session;
use crate::store::StoreLock;

impl Session {
    /// Replaces this process's session with the session from the store. If `any` is true, the stored session can also
    /// belong to another user.
    pub(in crate::session) async fn read_for_login(&self, any: bool) -> Result<(), Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(()) };
        let _exclusive = store_sync.exclusive().await;
        let which = if any { Adopt::AnyLogin } else { Adopt::SameLogin };
        self.read_store(store_sync, which).await.map(|_| ())
    }

    /// Acquires the store's lock. If another process is logging in or refreshing, waits until that process has
    /// finished.
    pub(in crate::session) async fn lock_for_login(&self) -> Result<Option<StoreLock>, Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(None) };
        store_sync.store.lock().await.map_err(|error| {
            let text = "the store could not be locked, so no login was attempted. Check the store";
            Error::new(Kind::Store, text).with_source(error)
        })
    }
}
