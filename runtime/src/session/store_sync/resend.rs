//! Whether a refresh secret whose answer was lost may be presented again, as far as other processes are concerned.

use super::locked_refresh::announce;
use super::state::{Adopt, StoreSync};
use crate::error::Stamp;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;

impl Session {
    /// Whether a secret that was sent under `stamp` and not answered may be sent again: it is still the session's,
    /// and where others have the session too, nobody has stored anything or taken the lock since. It may have run out
    /// while this process slept.
    pub(crate) async fn may_resend(&self, stamp: Stamp) -> bool {
        let basis = self.snapshot();
        match self.store_sync() {
            _ if basis.stamp != stamp => false,
            None => true,
            // Boxed, so that exchanges without a store do not carry it along.
            Some(store_sync) => Box::pin(announce_again(self, store_sync, &basis)).await,
        }
    }
}

async fn announce_again(session: &Session, store_sync: &StoreSync, basis: &Snapshot) -> bool {
    let _exclusive = store_sync.exclusive().await;
    // Without an intent it is no refresh under a lock: one by hand, or the first of a session.
    let Some(fence) = store_sync.state().intent.as_ref().map(|intent| intent.fence) else { return true };
    let completed = announce(session, store_sync, basis, (fence > 0).then_some(fence)).await;
    let ours = matches!(completed, Ok(true));
    if matches!(completed, Ok(false)) {
        // What others have is taken over; where that fails, whoever needs it meets the error.
        let _ = session.read_store(store_sync, Adopt::SameLogin).await;
    }
    ours
}
