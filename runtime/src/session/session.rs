//! The handle to a session: [`Session`].

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;

use super::decisions::Attempt;
use super::errors::no_session;
use super::events::{EventChannel, SessionEvents};
use super::refresh_handle::RefreshHandle;
use super::snapshot::{LoginState, Snapshot};
use super::state_machine::StateMachine;
use super::store_sync::state::StoreSync;
use super::tokens::Tokens;
use super::unanswered::UnansweredRefresh;
use crate::error::Result;

/// One identity's session: its tokens, and the one refresh that everybody waits for.
///
/// Cheap to clone; clones are the same session, and so are all clients that share it. It lives in memory, and
/// with a [store](crate::ClientBuilder::store) outlives its process, see [below](#stores).
///
/// - *Many identities* are as many sessions, each with its own refresh, and nothing in common. Hold them in
///   whatever map suits; there is no pool, and nothing is evicted but by you. Dropping one costs nothing: a
///   refresh that is under way goes on to its end.
/// - *One identity at several hosts* is one session in several clients
///   ([`ClientBuilder::session`](crate::ClientBuilder::session)): one refresh for all.
/// - *Several audiences* are several sessions, since each has an access token of its own. If they hang off one
///   refresh token, give that to one session, and let
///   [`refresh_with`](crate::ClientBuilder::refresh_with) of the others make an ordinary call under it: then
///   the refresh token is spent by one refresh at a time.
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
///
/// # Stores
///
/// A session that is kept in a [store](crate::ClientBuilder::store) is the same one in all processes with this
/// store, and in those to come:
///
/// - *Reading.* The first call that needs the session reads the store, once for everybody who waits; if that
///   fails, these calls fail with [`is_store`](crate::Error::is_store), and the next one reads again. Before,
///   [`tokens`](Self::tokens) and [`state`](Self::state) know of nobody: [`load`](Self::load) reads by hand.
/// - *Writing.* A change is in effect at once and stored in the background, in order. A login or logout method
///   returns, and a [`SessionWrite`] is ready, when it is stored or could not be. Then the session goes on in
///   memory ([`SessionEvent::StoreFailed`]), and it is stored as soon as that is possible.
/// - *Refreshing* is for one process at a time, under the store's lock. What another process got meanwhile is
///   taken over, and nothing is sent ([`SessionEvent::Adopted`]). Nothing is refreshed without the lock
///   ([`is_refresh_busy`](crate::Error::is_refresh_busy) after 8 s), nor while the store cannot be written: that
///   is tried before the refresh token is spent. A token that is good is used whatever the store does.
/// - *Other processes' logins and logouts.* A logout ends the session here when it would be refreshed, or at once
///   if the store tells of changes. Another login is neither refreshed nor taken over as long as somebody is
///   logged in here ([`is_superseded`](crate::Error::is_superseded)), unless the access tokens say in their `iss`
///   and `sub` that it is the same user; it is taken over if nobody is, or the session has expired.
///
/// If a process crashes, or loses its power:
///
/// | when | then |
/// |---|---|
/// | before the refresh token is sent | the session is as it was |
/// | before the server's answer is stored | the refresh token may be spent. The store says so: the next refresh tries it once, and if the server refuses it, fails with [`is_rotation_lost`](crate::Error::is_rotation_lost). Servers with a grace period for spent tokens accept it |
/// | afterwards | the session is renewed |
///
/// The lock of a [`FileStore`](crate::FileStore) ends with the process that holds it.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) machine: Mutex<StateMachine<RefreshHandle>>,
    /// What the cell last published, to be read without its lock.
    pub(super) current: ArcSwap<Snapshot>,
    pub(super) provider: OnceLock<Arc<dyn CredentialProvider>>,
    pub(super) revoker: OnceLock<Revoker>,
    pub(super) unanswered: UnansweredRefresh,
    pub(super) store_sync: OnceLock<StoreSync>,
    /// Somebody declared that there is a session: calls without one fail before the network.
    pub(super) expected: AtomicBool,
    pub(super) events: EventChannel,
}

/// A future behind a pointer.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A function that revokes tokens.
pub(crate) type Revoker = Arc<dyn Fn(Tokens) -> Boxed<'static, Result<()>> + Send + Sync>;

/// What a session needs from above: a way to get a new credential. It shares a file with [`Session`], because each names
/// the other.
pub(crate) trait CredentialProvider: Send + Sync {
    /// Whether `snapshot` holds what a refresh needs.
    fn can_refresh(&self, snapshot: &Snapshot) -> bool;

    /// Asks for a new credential. `basis` is what the session was when the refresh began.
    fn refresh<'a>(&'a self, session: &'a Session, basis: &'a Snapshot) -> Boxed<'a, Attempt>;

    /// Whether [`revoke`](Self::revoke) sends anything.
    fn can_revoke(&self) -> bool;

    /// Tells the server that `tokens` are no longer used.
    fn revoke<'a>(&'a self, session: &'a Session, tokens: &'a Tokens) -> Boxed<'a, Result<()>>;

    /// Whether the session keeps the cookies of answers.
    fn keeps_cookies(&self) -> bool;
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
        let machine = StateMachine::new();
        Self(Arc::new(Inner {
            current: ArcSwap::new(machine.current().clone()),
            machine: Mutex::new(machine),
            provider: OnceLock::new(),
            revoker: OnceLock::new(),
            unanswered: UnansweredRefresh::default(),
            store_sync: OnceLock::new(),
            expected: AtomicBool::new(false),
            events: EventChannel::new(),
        }))
    }

    /// The current tokens; `None` when nobody is logged in or the session has expired.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        self.snapshot().credential().map(|credential| credential.tokens().clone())
    }

    /// Refreshes now, or waits for the refresh that is under way, and returns the new tokens.
    ///
    /// Made for a button that says "try again": while calls wait 1 s, 2 s, 4 s … 60 s after failed refreshes, a
    /// refresh by hand waits for one second only. What the server asked for with `Retry-After` holds for both,
    /// and so does a refusal for good. Until then the remembered error is returned and nothing is sent, so that
    /// a loop around this cannot become a storm.
    ///
    /// # Errors
    ///
    /// [`is_no_session`](Error::is_no_session) if there is nothing to refresh with,
    /// [`is_session_expired`](Error::is_session_expired) if the server refused for good; otherwise what the
    /// refresh failed with, or the last one if it is too early for another.
    ///
    /// Cancel safe: the refresh goes on when the future is dropped.
    pub async fn refresh(&self) -> Result<Tokens> {
        self.check_store().await?;
        let renewed = match self.ask()? {
            Some(wait) => self.wait(wait).await?,
            None => self.snapshot(),
        };
        let tokens = renewed.credential().map(|credential| credential.tokens().clone());
        tokens.ok_or_else(no_session)
    }

    /// How the session stands.
    #[must_use]
    pub fn state(&self) -> SessionState {
        let machine = self.lock();
        match (&machine.current().login_state, machine.handle().is_some()) {
            (LoginState::Expired { .. }, _) => SessionState::Expired,
            (LoginState::LoggedOut, _) => SessionState::LoggedOut,
            (LoginState::LoggedIn(_), true) => SessionState::Refreshing,
            (LoginState::LoggedIn(_), false) => SessionState::LoggedIn,
        }
    }

    /// What happens from now on. Nobody waits for a slow listener.
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        self.0.events.subscribe()
    }
}

/// What the rooms of the session, and those who call it, do with it.
impl Session {
    /// For whoever looks at it at once and keeps nothing: no count that all threads share is written to.
    pub(crate) fn current(&self) -> impl Deref<Target = Arc<Snapshot>> {
        self.0.current.load()
    }

    /// To be kept.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.load_full()
    }

    /// The first one stays: clients that join a session do not change how it is renewed.
    pub(crate) fn set_provider(&self, provider: Arc<dyn CredentialProvider>) {
        let _ = self.0.provider.set(provider);
        self.expect();
    }

    /// The first one stays.
    pub(crate) fn set_revoker(&self, revoker: Revoker) {
        let _ = self.0.revoker.set(revoker);
    }

    /// From now on calls without a session fail before the network.
    pub(crate) fn expect(&self) {
        self.0.expected.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_expected(&self) -> bool {
        self.0.expected.load(Ordering::Relaxed)
    }

    pub(crate) fn keeps_cookies(&self) -> bool {
        self.provider().is_some_and(CredentialProvider::keeps_cookies)
            || self.snapshot().credential().is_some_and(|credential| credential.tokens().by_cookie)
    }

    pub(super) fn provider(&self) -> Option<&dyn CredentialProvider> {
        self.0.provider.get().map(|provider| &**provider)
    }

    pub(super) fn store_sync(&self) -> Option<&StoreSync> {
        self.0.store_sync.get()
    }

    pub(super) fn revoker(&self) -> Option<&Revoker> {
        self.0.revoker.get()
    }

    pub(crate) fn unanswered(&self) -> &UnansweredRefresh {
        &self.0.unanswered
    }

    pub(super) fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        self.provider().is_some_and(|provider| provider.can_refresh(snapshot))
    }

    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, StateMachine<RefreshHandle>> {
        // The cell's steps do not panic; if one did, what it published last is still whole.
        self.0.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of the cell, and its publication.
    pub(super) fn update<T>(&self, step: impl FnOnce(&mut StateMachine<RefreshHandle>) -> T) -> T {
        let mut machine = self.lock();
        let before = machine.current().clone();
        let done = step(&mut machine);
        self.publish(&before, &machine);
        done
    }

    pub(super) fn publish(&self, before: &Arc<Snapshot>, machine: &StateMachine<RefreshHandle>) {
        if !Arc::ptr_eq(before, machine.current()) {
            self.0.current.store(machine.current().clone());
        }
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
