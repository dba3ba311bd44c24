//! Outside a browser, a session keeps its own cookies and discards the cookies of an ended login, so logins, refreshes
//! and logouts do not need a lock that protects the cookies.

/// A lock that can always be acquired immediately.
#[derive(Default)]
pub(crate) struct ExchangeLock(());

pub(crate) struct ExchangeGuard;

impl ExchangeLock {
    #[expect(clippy::unused_async, reason = "the signature must match the lock in a browser")]
    pub(crate) async fn lock(&self) -> ExchangeGuard {
        ExchangeGuard
    }
}
