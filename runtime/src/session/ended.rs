//! A session that a logout has ended: [`Ended`]. It is over for all calls. Only the logout itself may use it, to tell the
//! server.

use std::sync::Arc;

use super::attempt::{attempt, result_of};
use super::cookies::SetCookies;
use super::credential::Credential;
use super::decisions::RefreshResult;
use super::refresh_handle::RefreshHandle;
use super::refresh_task;
use super::session::Session;
use super::snapshot::{LoginState, Snapshot};

/// What the session was, and the refresh that was running when it ended.
pub(crate) struct Ended {
    session: Session,
    snapshot: Arc<Snapshot>,
    running: Option<RefreshHandle>,
    /// A credential that was never published. It is revoked in the end.
    unpublished: Option<Arc<Credential>>,
}

impl Session {
    /// Ends the session for a logout. The result of a running refresh is kept for its second send.
    pub(crate) fn end_for_logout(&self) -> Ended {
        let (snapshot, running) = self.end(true);
        Ended { session: self.clone(), snapshot, running, unpublished: None }
    }
}

impl Ended {
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The ended session with a new credential, for the second send of the logout. The refresh that was running at the
    /// logout brings it, or else one refresh with the captured credential. No refresh token is sent twice.
    pub(crate) async fn refreshed(&mut self) -> Option<Snapshot> {
        let (credential, cookies) = match &self.running {
            Some(running) => running.discarded().await?,
            None => self.refresh().await?,
        };
        self.unpublished = Some(credential.clone());
        let mut refreshed = Snapshot::clone(&self.snapshot);
        if let Some(set) = cookies {
            refreshed.cookies = Arc::new(set.after(&refreshed.cookies));
        }
        refreshed.login_state = LoginState::LoggedIn(credential);
        Some(refreshed)
    }

    async fn refresh(&self) -> Option<(Arc<Credential>, Option<SetCookies>)> {
        let (session, ended) = (&self.session, &*self.snapshot);
        let may_refresh = ended.credential().is_some()
            && session.can_refresh(ended)
            && !session.unanswered().is_of(ended.stamp)
            && !refresh_task::is_refresh_task_of(session)
            && session.is_only_owner_of_ended().await;
        if !may_refresh {
            return None;
        }
        match result_of(ended, attempt(session, ended).await?).0 {
            RefreshResult::Refreshed { credential, cookies } => Some((credential, cookies)),
            RefreshResult::Failed { .. } | RefreshResult::Rejected { .. } | RefreshResult::Aborted => None,
        }
    }
}

/// The server may still accept tokens that no call will use.
impl Drop for Ended {
    fn drop(&mut self) {
        let discarded = self.running.as_ref().and_then(RefreshHandle::release);
        if let Some(credential) = self.unpublished.take().or(discarded) {
            self.session.revoke_discarded(self.snapshot.stamp, credential.tokens().clone());
        }
    }
}
