//! [`KeepFresh`] keeps a session fresh even when no calls are made.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::event_stream::SessionEvents;
use super::session::{Inner, Session};
use crate::error::{Error, Kind};
use crate::platform::runtime::AbortHandle;
use crate::platform::task;
use crate::platform::time::{Instant, timeout_at};

/// The interval at which the `keep_fresh` task checks the clock. Timers fire late after the machine has been suspended.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// The minimum interval between two refreshes by the `keep_fresh` task. Tokens whose lifetime is shorter than
/// `MIN_INTERVAL` are refreshed only by calls, so that an idle program does not rotate tokens constantly.
const MIN_INTERVAL: Duration = Duration::from_secs(30);

/// A guard that keeps a session fresh until the guard is dropped. See [`Session::keep_fresh`].
#[must_use = "the session is kept fresh until the guard is dropped"]
pub struct KeepFresh(AbortHandle);

impl KeepFresh {
    /// Stops the task. Dropping the guard does not stop a running refresh.
    pub fn stop(self) {}
}

impl Drop for KeepFresh {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for KeepFresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepFresh").finish_non_exhaustive()
    }
}

impl Session {
    /// Refreshes the tokens shortly before they expire, even if no calls are made, until the returned guard is dropped.
    ///
    /// Without `keep_fresh`, only calls refresh a session, so an idle session does not send requests. Use `keep_fresh`
    /// for programs whose first call after a long idle period must not wait for a refresh. Also use `keep_fresh` if the
    /// server ends sessions that have not been refreshed for some time. `keep_fresh` spawns one task on the current
    /// runtime. The `keep_fresh` task does not keep the session alive, and the task continues to run after a logout and
    /// a new login. The `keep_fresh` task refreshes the session at most once every 30 s.
    ///
    /// # Errors
    ///
    /// Returns an error if called outside a Tokio runtime.
    ///
    /// ```
    /// # async fn example(shop: afresh::Client) -> afresh::Result<()> {
    /// let fresh = shop.session().keep_fresh()?;
    /// // ...
    /// fresh.stop();
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_fresh(&self) -> Result<KeepFresh, Error> {
        let runtime = self.runtime().ok_or_else(|| {
            Error::new(Kind::Refresh, "`keep_fresh` needs a Tokio runtime. Call it inside one")
        })?;
        Ok(KeepFresh(task::spawn(&runtime, watch(Arc::downgrade(&self.0), self.events_as_sent()))))
    }
}

/// Refreshes the session whenever a refresh is due, until the session is dropped. Whenever the time of the next refresh
/// changes, the session emits an event.
async fn watch(session: Weak<Inner>, mut events: SessionEvents) {
    while let Some(inner) = session.upgrade() {
        let due = Session(inner).refresh_if_due(MIN_INTERVAL);
        let Some(due) = due else {
            if events.next().await.is_none() {
                return;
            }
            continue;
        };
        let now = Instant::now();
        // If a refresh is already due, it is either running or delayed after a failure, so the task waits for the next
        // event or check.
        let next = now.checked_add(CHECK_INTERVAL).filter(|look| due <= now || *look < due).unwrap_or(due);
        if let Ok(None) = timeout_at(next, events.next()).await {
            return;
        }
    }
}
