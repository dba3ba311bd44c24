//! Decides whether a refresh token can be sent again after a request that received no response.

use super::prepare::store_intent;
use super::state::{Adopt, StoreSync};
use crate::error::Stamp;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;

impl Session {
    /// Whether the refresh token for `stamp` can be sent again after a request that received no response. A refresh
    /// token that is no longer current must not be sent again. If other processes share the session, the refresh token
    /// is sent again only if no other process has stored a change or acquired the lock, because the lock may have
    /// expired while this process was suspended.
    pub(crate) async fn may_resend(&self, stamp: Stamp) -> bool {
        let basis = self.snapshot();
        match self.store_sync() {
            _ if basis.stamp != stamp => false,
            None => true,
            // The future is boxed so that the refresh of a session without a store does not reserve memory for it.
            Some(store_sync) => Box::pin(store_intent_again(self, store_sync, &basis)).await,
        }
    }
}

async fn store_intent_again(session: &Session, store_sync: &StoreSync, basis: &Snapshot) -> bool {
    let _exclusive = store_sync.exclusive().await;
    // If no intent to refresh is stored, the store's lock is not needed: the refresh is either manual or the first
    // refresh of a session.
    let Some(fence) = store_sync.state().view.intent.as_ref().map(|intent| intent.fence) else { return true };
    let stored = store_intent(session, store_sync, basis, (fence > 0).then_some(fence)).await;
    let may_send = matches!(stored, Ok(true));
    if matches!(stored, Ok(false)) {
        // Reading the store updates the session if another process has stored a change. If the read fails, the next
        // call that needs the store returns the error.
        let _ = session.read_store(store_sync, Adopt::SameLogin).await;
    }
    may_send
}
