//! Defines [`Ended`], a session that was ended by a logout. No call can use an ended session. Only the logout request
//! can use an ended session's credential.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{attempt, result_of};
use super::credential::Credential;
use super::decisions::RefreshResult;
use super::refresh_handle::RefreshHandle;
use super::refresh_task;
use super::session::Session;
use super::snapshot::{LoginState, Snapshot};
use crate::platform::IN_BROWSER;

/// The maximum time that a logout waits for a refresh that was running when the session ended. This time limit is
/// longer than the deadline of a single refresh attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(11);

/// The last snapshot of a session, and the refresh that was running when the session ended.
pub(crate) struct Ended {
    session: Session,
    snapshot: Arc<Snapshot>,
    running: Option<RefreshHandle>,
    /// A new credential that is used only for the logout and revoked when the logout completes.
    unpublished: Option<Arc<Credential>>,
}

impl Session {
    /// Ends the session for a logout. If a refresh is running, its result is kept in case the server refuses the logout
    /// request and the request must be sent again.
    pub(crate) fn end_for_logout(&self) -> Ended {
        let (snapshot, running) = self.end(true);
        Ended { session: self.clone(), snapshot, running, unpublished: None }
    }
}

impl Ended {
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns the ended session with a new credential, so that the logout request can be sent again. The credential
    /// comes from the refresh that was running when the session ended. If no refresh was running, or if that refresh
    /// had not sent the refresh token, the credential comes from a new refresh. The logout never sends a refresh token
    /// that a running refresh has already sent. `is_apart` is true if no other tab of the browser can refresh the
    /// session.
    pub(crate) async fn refreshed(&mut self, is_apart: bool) -> Option<Snapshot> {
        // A refresh must not wait for itself. In a browser, the cookie might already belong to the next login.
        if refresh_task::is_refresh_task_of(&self.session) || IN_BROWSER && self.session.is_logged_in() {
            return None;
        }
        // The logout cannot use a running refresh that has not sent the refresh token: that refresh might be waiting
        // for this logout, and it will not send the token.
        if !self.running.as_ref().is_some_and(RefreshHandle::is_sent) {
            self.running = self.start_refresh(is_apart).await;
        }
        let (credential, cookies) = self.running.as_ref()?.discarded().await?;
        self.unpublished = Some(credential.clone());
        let mut refreshed = Snapshot::clone(&self.snapshot);
        if let Some(set) = cookies {
            refreshed.cookies = Arc::new(set.after(&refreshed.cookies));
        }
        refreshed.login_state = LoginState::LoggedIn(credential);
        Some(refreshed)
    }

    /// Starts the refresh as a separate task, like any other refresh. If the logout's future is dropped, the refresh
    /// continues and the new tokens are revoked.
    async fn start_refresh(&self, is_apart: bool) -> Option<RefreshHandle> {
        let (session, ended) = (&self.session, &*self.snapshot);
        let may_refresh = ended.credential().is_some()
            && session.can_refresh(ended)
            && !session.unanswered().is_of(ended.stamp)
            && session.can_refresh_ended(ended.stamp.epoch, is_apart).await;
        let runtime = session.runtime().filter(|_| may_refresh)?;
        let handle = RefreshHandle::new(LONGEST_WAIT);
        handle.claim();
        let refresh =
            RefreshOfEnded { session: session.clone(), basis: self.snapshot.clone(), handle: handle.clone() };
        handle.task().spawn(&runtime, refresh_task::in_refresh_of(session, refresh.run()));
        Some(handle)
    }
}

/// A refresh whose result is used only for the logout request.
struct RefreshOfEnded {
    session: Session,
    basis: Arc<Snapshot>,
    handle: RefreshHandle,
}

impl RefreshOfEnded {
    async fn run(self) {
        let attempt = attempt(&self.session, &self.basis).await;
        let result = attempt.map(|attempt| result_of(&self.basis, attempt).0);
        let Some(RefreshResult::Refreshed { credential, cookies }) = result else { return };
        if let Some((credential, _)) = self.handle.hand_over(Some((credential, cookies))) {
            self.session.revoke_discarded(self.basis.stamp, credential.tokens().clone());
        }
    }
}

/// Wakes the waiting logout if the refresh failed or was aborted before it completed.
impl Drop for RefreshOfEnded {
    fn drop(&mut self) {
        self.handle.hand_over(None);
    }
}

/// Revokes a new credential that was obtained for the logout, because the server might still accept the credential.
impl Drop for Ended {
    fn drop(&mut self) {
        let discarded = self.running.as_ref().and_then(RefreshHandle::release);
        if let Some(credential) = self.unpublished.take().or(discarded) {
            self.session.revoke_discarded(self.snapshot.stamp, credential.tokens().clone());
        }
    }
}
