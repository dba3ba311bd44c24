//! Whether a refresh secret whose answer was lost may be presented again, as far as other processes are concerned.

use super::locked_refresh::announce;
use super::state::{Archive, Heed};
use crate::error::Stamp;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;

impl Session {
    /// Whether a secret that was sent under `stamp` and not answered may be sent again: it is still the session's,
    /// and where others have the session too, nobody has stored anything or taken the lock since. It may have run out
    /// while this process slept.
    pub(crate) async fn may_present_again(&self, stamp: Stamp) -> bool {
        let basis = self.snapshot();
        match self.archive() {
            _ if basis.stamp != stamp => false,
            None => true,
            // Boxed, so that exchanges without a store do not carry it along.
            Some(archive) => Box::pin(announced_again(self, archive, &basis)).await,
        }
    }
}

async fn announced_again(session: &Session, archive: &Archive, basis: &Snapshot) -> bool {
    let _turn = archive.turn().await;
    // Without an intent it is no refresh under a lock: one by hand, or the first of a session.
    let Some(fence) = archive.known().intent.as_ref().map(|intent| intent.fence) else { return true };
    let announced = announce(session, archive, basis, (fence > 0).then_some(fence)).await;
    let ours = matches!(announced, Ok(true));
    if matches!(announced, Ok(false)) {
        // What others have is taken over; where that fails, whoever needs it meets the error.
        let _ = session.look(archive, Heed::Peers).await;
    }
    ours
}
