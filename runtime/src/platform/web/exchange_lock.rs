//! Defines [`ExchangeLock`], which a session holds while it sends a request whose response can replace the browser's
//! cookies.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// The lock that one session uses within this tab.
#[derive(Default)]
pub(crate) struct ExchangeLock(Arc<Mutex<()>>);

pub(crate) type ExchangeGuard = OwnedMutexGuard<()>;

impl ExchangeLock {
    pub(crate) async fn lock(&self) -> ExchangeGuard {
        self.0.clone().lock_owned().await
    }
}
