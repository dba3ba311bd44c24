//! The session: who is logged in, and the one place where that changes. [`Session`] is the handle; the
//! rules are in [`cell`], which knows neither tasks nor HTTP; a refresh under way is a [`flight`].

mod cell;
mod change;
mod cookies;
mod credential;
mod crossing;
mod decision;
mod events;
mod exchange;
mod flight;
mod fruitless;
mod memo;
mod refresher;
mod snapshot;
mod token_field;
mod token_response;
mod tokens;
mod write;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;

use self::cell::Cell;
use self::events::Bell;
use self::flight::Ticket;
use crate::error::{Error, Kind};

pub(crate) use self::cookies::{Cookies, SetCookies};
pub(crate) use self::credential::{Credential, is_scheme};
pub(crate) use self::crossing::{Demand, Entered, Next};
pub(crate) use self::decision::Finding;
pub use self::events::{SessionEvent, SessionEvents};
pub(crate) use self::refresher::{Method, Refresher};
pub(crate) use self::snapshot::Snapshot;
use self::snapshot::Standing;
pub use self::token_field::{TokenFields, TokenLifetime, TokenText};
pub use self::tokens::{AccessToken, AsTokens, FromSession, RefreshToken, Tokens};
pub use self::write::SessionWrite;

/// One identity's session: its tokens, and the one refresh that everybody waits for.
///
/// Cheap to clone; clones are the same session, and so are all clients that share it. It lives in memory.
///
/// ```
/// # async fn example(shop: afresh::Client) -> afresh::Result<()> {
/// use afresh::{SessionState, Tokens};
///
/// let session = shop.session();
/// session.set(Tokens::new("a token from elsewhere"));
/// assert_eq!(session.state(), SessionState::LoggedIn);
/// session.clear();
/// assert!(session.tokens().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    cell: Mutex<Cell<Ticket>>,
    /// What the cell last published, to be read without its lock.
    current: ArcSwap<Snapshot>,
    refresher: OnceLock<Refresher>,
    /// Somebody declared that there is a session: calls without one fail before the network.
    expected: AtomicBool,
    bell: Bell,
}

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// Nobody is logged in.
    LoggedOut,
    /// There is a credential.
    LoggedIn,
    /// There is a credential, and it is being renewed.
    Refreshing,
    /// The server refused the refresh for good: log in again.
    Expired,
}

impl Session {
    /// An empty session, to be shared between clients with
    /// [`ClientBuilder::session`](crate::ClientBuilder::session).
    #[must_use]
    pub fn new() -> Self {
        let cell = Cell::new();
        Self(Arc::new(Inner {
            current: ArcSwap::new(cell.current().clone()),
            cell: Mutex::new(cell),
            refresher: OnceLock::new(),
            expected: AtomicBool::new(false),
            bell: Bell::new(),
        }))
    }

    /// The current tokens; `None` when nobody is logged in or the session has expired.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        self.snapshot().credential().map(|credential| credential.tokens().clone())
    }

    /// Makes `tokens` the session, as a login does: what was before is over, and calls still under way for
    /// it are not sent again.
    ///
    /// It has taken effect when this returns; awaiting the result says whether it could. An access token
    /// that no header can carry is an error, and leaves the session as it was.
    #[allow(
        clippy::must_use_candidate,
        reason = "it has taken effect; who knows the token to be good need not look"
    )]
    pub fn set(&self, tokens: Tokens) -> SessionWrite {
        SessionWrite::done(self.log_in(None, tokens, &[]))
    }

    /// Ends the session here, without telling the server: tokens and cookies are gone when this returns.
    #[allow(clippy::must_use_candidate, reason = "it has taken effect")]
    pub fn clear(&self) -> SessionWrite {
        self.log_out();
        SessionWrite::done(Ok(()))
    }

    /// Refreshes now, or waits for the refresh that is under way, and returns the new tokens.
    ///
    /// # Errors
    ///
    /// [`is_no_session`](Error::is_no_session) if there is nothing to refresh with; otherwise what the
    /// refresh failed with.
    ///
    /// Cancel safe: the refresh goes on when the future is dropped.
    pub async fn refresh(&self) -> Result<Tokens, Error> {
        let renewed = match self.ask()? {
            Some(wait) => self.wait(wait).await?,
            None => self.snapshot(),
        };
        let tokens = renewed.credential().map(|credential| credential.tokens().clone());
        tokens.ok_or_else(|| Error::new(Kind::NoSession, "nobody is logged in"))
    }

    /// How the session stands.
    #[must_use]
    pub fn state(&self) -> SessionState {
        let cell = self.lock();
        match (&cell.current().standing, cell.ticket().is_some()) {
            (Standing::Expired, _) => SessionState::Expired,
            (Standing::Nobody, _) => SessionState::LoggedOut,
            (Standing::Live(_), true) => SessionState::Refreshing,
            (Standing::Live(_), false) => SessionState::LoggedIn,
        }
    }

    /// What happens from now on. Nobody waits for a slow listener.
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        self.0.bell.listen()
    }
}

/// What the rooms of the session, and those who call it, do with it.
impl Session {
    /// One atomic load.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.load_full()
    }

    /// The first refresher stays: clients that join a session do not change how it is renewed.
    pub(crate) fn set_refresher(&self, refresher: Refresher) {
        let _ = self.0.refresher.set(refresher);
        self.expect();
    }

    /// From now on calls without a session fail before the network.
    pub(crate) fn expect(&self) {
        self.0.expected.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_expected(&self) -> bool {
        self.0.expected.load(Ordering::Relaxed)
    }

    pub(crate) fn keeps_cookies(&self) -> bool {
        self.refresher().is_some_and(Refresher::keeps_cookies)
    }

    fn refresher(&self) -> Option<&Refresher> {
        self.0.refresher.get()
    }

    fn is_renewable(&self, snapshot: &Snapshot) -> bool {
        self.refresher().is_some_and(|refresher| refresher.can_refresh(snapshot))
    }

    fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    fn lock(&self) -> MutexGuard<'_, Cell<Ticket>> {
        // The cell's steps do not panic; if one did, what it published last is still whole.
        self.0.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of the cell, and its publication.
    fn update<T>(&self, step: impl FnOnce(&mut Cell<Ticket>) -> T) -> T {
        let mut cell = self.lock();
        let before = cell.current().clone();
        let done = step(&mut cell);
        if !Arc::ptr_eq(&before, cell.current()) {
            self.0.current.store(cell.current().clone());
        }
        done
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// Says how the session stands and nothing of what it holds.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.state()).finish()
    }
}
