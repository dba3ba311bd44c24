//! Stores a session that all tabs of an origin share: [`TabStore`]. Start with `tabs.rs`.

mod lock_name;
mod message;
mod tab_record;
#[cfg(target_family = "wasm")]
mod tabs;
#[cfg(target_family = "wasm")]
mod web_locks;

#[cfg(target_family = "wasm")]
pub use self::in_browser::TabStore;

#[cfg(target_family = "wasm")]
mod in_browser {
    use std::fmt;
    use std::future::Future;
    use std::sync::Arc;

    use send_wrapper::SendWrapper;

    use super::tabs::Tabs;
    use crate::error::BoxError;
    use crate::store::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};

    /// Shares a session between all tabs of an origin. `TabStore` is available only in a browser.
    ///
    /// - *Refresh.* A Web Lock ensures that only one tab at a time refreshes the session. After a refresh, the tab that
    ///   refreshed sends the new tokens to the other tabs through a `BroadcastChannel`.
    /// - *Login and logout.* A login or logout in one tab immediately changes the session and
    ///   [`Session::state`](crate::Session::state) in all tabs. All tabs send the same cookies, so a login by another
    ///   user replaces the session in all tabs.
    /// - *Memory only.* Nothing is stored in the browser. A new tab receives the session from the other tabs. If there
    ///   are no other tabs, the new tab has no tokens, only the browser's cookies.
    /// - *A tab that is closed during a refresh* releases the lock. The browser still completes the closed tab's
    ///   request, so the next tab waits for one second and then refreshes with the cookie from that request.
    /// - *A tab that is frozen during a refresh* keeps the lock. In the other tabs, a call that needs a refresh fails
    ///   after 8 s with an error for which [`is_refresh_busy`](crate::Error::is_refresh_busy) returns `true`. The
    ///   other tabs keep their own tokens, and the next call in each of these tabs tries to refresh again.
    /// - *Without a secure context* (plain `http` to a host that is not loopback), a browser has no Web Locks. Without
    ///   Web Locks, tabs can refresh at the same time, and the session emits
    ///   [`Uncoordinated`](crate::SessionEvent::Uncoordinated) once.
    ///
    /// Clones refer to the same store. All scripts from the origin can read the messages between tabs, just as they can
    /// read all other data of the origin.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// use afresh::Client;
    /// use afresh::store::TabStore;
    ///
    /// let shop = Client::builder("https://shop.example").store(TabStore::new("shop")).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Clone)]
    pub struct TabStore(Arc<SendWrapper<Tabs>>);

    impl TabStore {
        /// Creates a store for the session `name`. All stores named `name` in all tabs of the origin share one session.
        #[must_use]
        pub fn new(name: impl Into<String>) -> Self {
            let name = name.into();
            Self(Arc::new_cyclic(|this| SendWrapper::new(Tabs::new(name, this.clone()))))
        }
    }

    impl SessionStore for TabStore {
        fn load(&self) -> impl Future<Output = Result<Stored, BoxError>> + Send {
            SendWrapper::new(self.0.load())
        }

        fn swap(&self, swap: Swap) -> impl Future<Output = Result<Option<Revision>, BoxError>> + Send {
            SendWrapper::new(self.0.swap(swap))
        }

        fn lock(&self) -> impl Future<Output = Result<Option<StoreLock>, BoxError>> + Send {
            SendWrapper::new(async {
                let lock = self.0.lock().await?;
                Ok(lock.map(|lock| StoreLock::new(SendWrapper::new(lock))))
            })
        }

        fn changed(&self, seen: Revision) -> impl Future<Output = ()> + Send {
            SendWrapper::new(self.0.changed(seen.number()))
        }

        fn shares_cookies(&self) -> bool {
            true
        }
    }

    impl fmt::Debug for TabStore {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_tuple("TabStore").field(&self.0.name()).finish()
        }
    }
}
