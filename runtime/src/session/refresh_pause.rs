//! Prevents refreshes during a login or logout in a browser: [`Session::pause_refreshes`].
//!
//! A browser stores the cookies from each response. If a refresh ran during a login, the late response to the refresh
//! could replace or delete the new login's cookie. If a refresh ran during a logout, the response to the refresh could
//! contain a new cookie that the logout did not revoke.

use std::time::Duration;

use tokio::sync::oneshot;

use super::refresh_task::is_refresh_task_of;
use super::session::Session;
use crate::platform::task;
use crate::platform::time::timeout;

/// The maximum time that a login or logout waits for a refresh, which may be running in a frozen tab.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// The maximum time for which a login or logout prevents refreshes. A refresh waits longer than `LONGEST_PAUSE` for the
/// store's lock, so that calls do not fail during a slow login.
const LONGEST_PAUSE: Duration = Duration::from_secs(6);

/// Prevents refreshes until this value is dropped or a time limit has passed.
pub(crate) struct RefreshPause {
    end: oneshot::Sender<()>,
    holds_lock: bool,
}

impl RefreshPause {
    /// Whether no tab can refresh the session at the moment.
    pub(crate) fn is_effective(&self) -> bool {
        self.holds_lock && !self.end.is_closed()
    }
}

impl Session {
    /// Waits until neither this tab nor any other tab is refreshing the session, and then prevents further refreshes.
    /// The wait ends after 8 s, or after half of `call_timeout` if that is shorter, even if a refresh is still running.
    /// Returns `None` if the call is part of a refresh.
    pub(crate) async fn pause_refreshes(&self, call_timeout: Option<Duration>) -> Option<RefreshPause> {
        if is_refresh_task_of(self) {
            return None;
        }
        let runtime = self.runtime()?;
        let wait = call_timeout.map_or(LONGEST_WAIT, |limit| LONGEST_WAIT.min(limit / 2));
        let (mut store_lock, mut exchange) = (None, None);
        // The store's lock is acquired before the exchange lock, as in a refresh. If the wait times out, the locks
        // acquired so far are kept.
        let acquired = async {
            store_lock = self.lock_for_exchange().await;
            self.wait_for_late_cookies().await;
            exchange = Some(self.0.exchange.lock().await);
        };
        let holds_lock = timeout(wait, acquired).await.is_ok() && store_lock.is_some();
        let (end, ended) = oneshot::channel();
        task::spawn(&runtime, async move {
            let _ = timeout(LONGEST_PAUSE, ended).await;
            drop((store_lock, exchange));
        });
        Some(RefreshPause { end, holds_lock })
    }
}
