//! Renewing a session that nobody uses: [`KeepFresh`], a task that its holder asked for.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use super::events::SessionEvents;
use super::session::{Inner, Session};
use crate::error::{Error, Kind};
use crate::platform::task;

/// How often it looks at the clock while a token has an end: a machine that slept wakes up late.
const LOOK: Duration = Duration::from_secs(60);

/// Shortest time from one renewal to the next. A token that lives shorter is renewed by its calls alone: idle
/// programs are not to rotate tokens all day because a server counts in other units.
const REST: Duration = Duration::from_secs(30);

/// Keeps a session fresh until it is dropped; see [`Session::keep_fresh`].
#[must_use = "the session is kept fresh until this is dropped"]
pub struct KeepFresh(AbortHandle);

impl KeepFresh {
    /// Renews no more. A refresh that is under way goes on to its end.
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
    /// Renews the tokens shortly before they end also while nobody calls, for as long as the guard is held.
    ///
    /// Without it a session is renewed by its calls alone, which costs nothing while there are none. This is for
    /// programs that are silent for long and then must not wait, or whose server forgets a session that is not
    /// renewed. It is one task on the runtime that this is called on; it holds nothing alive, ends with the
    /// session, and goes on after a logout and another login. It renews every 30 s at most.
    ///
    /// # Errors
    ///
    /// Outside of a Tokio runtime.
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
        let runtime = Handle::try_current().map_err(|outside| {
            Error::new(Kind::Refresh, "there is no tokio runtime to keep the session fresh on")
                .with_source(outside)
        })?;
        Ok(KeepFresh(task::spawn(&runtime, watch(Arc::downgrade(&self.0), self.events()))))
    }
}

/// Everything that changes when the next renewal is due is told as an event.
async fn watch(session: Weak<Inner>, mut events: SessionEvents) {
    while let Some(inner) = session.upgrade() {
        let due = Session(inner).refresh_if_due(REST);
        let Some(due) = due else {
            if events.next().await.is_none() {
                return;
            }
            continue;
        };
        let now = Instant::now();
        // What is due already is under way, or cannot be had now: its end is told, or some time passes.
        let next = now.checked_add(LOOK).filter(|look| due <= now || *look < due).unwrap_or(due);
        if let Ok(None) = timeout_at(next, events.next()).await {
            return;
        }
    }
}
