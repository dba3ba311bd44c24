//! The handle to a session, and what a session needs from the layers above it: [`Session`],
//! [`CredentialProvider`].

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::Mutex as TaskLock;

use super::decisions::Attempt;
use super::events::EventChannel;
use super::login_end::{End, Ending};
use super::refresh_handle::RefreshHandle;
use super::snapshot::Snapshot;
use super::state_machine::StateMachine;
use super::store_sync::state::StoreSync;
use super::tokens::Tokens;
use super::unanswered::UnansweredRefresh;
use crate::error::Result;
use crate::platform::runtime::Handle;

/// The session of one user: tokens, cookies, and the refresh that all calls share.
///
/// A `Session` is cheap to clone. All clones are the same session, and so are all clients that share it. A
/// session lives in memory. With a [store](crate::ClientBuilder::store) it also survives a restart of the
/// process, see [Stores](#stores).
///
/// - *Several users* need one session each. Sessions share nothing, and each has its own refresh. Keep them
///   in any map you like. Dropping a session is safe: a refresh that is running continues to its end.
/// - *One user at several hosts* needs one session in several clients
///   ([`ClientBuilder::session`](crate::ClientBuilder::session)). They share one refresh.
/// - *Several audiences* need one session each, because each has its own access token. If all of them depend
///   on one refresh token, give the refresh token to one session. In
///   [`refresh_with`](crate::ClientBuilder::refresh_with) of the others, make an ordinary call under that
///   session. Then only one refresh at a time spends the refresh token.
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
/// All processes that use the same [store](crate::ClientBuilder::store) share the session, and so does a
/// process that starts later:
///
/// - *Reading.* The first call that needs the session reads the store, once for all waiting calls. If this
///   fails, these calls return an error with [`is_store`](crate::Error::is_store), and the next call reads
///   again. Before the first read, [`tokens`](Self::tokens) and [`state`](Self::state) report no login.
///   [`load`](Self::load) reads the store on demand.
/// - *Writing.* A change takes effect at once. A background task stores the changes in order. A login or
///   logout method returns, and a [`SessionWrite`](crate::session::SessionWrite) completes, when the change is stored or the store has
///   failed. If the store fails, the session continues in memory ([`SessionEvent::StoreFailed`](crate::SessionEvent::StoreFailed)) and the
///   change is stored later.
/// - *Refreshing.* Only one process at a time refreshes, under the lock of the store. If another process has
///   refreshed already, its tokens are adopted and nothing is sent ([`SessionEvent::Adopted`](crate::SessionEvent::Adopted)). Without the
///   lock there is no refresh: after 8 s the call returns an error with
///   [`is_refresh_busy`](crate::Error::is_refresh_busy). There is no refresh either while the store cannot be
///   written; this is tested before the refresh token is sent. A valid access token is used whatever the
///   state of the store.
/// - *Logins and logouts of other processes.* A logout ends the session here at the next refresh, or at once
///   if the store reports changes. Another login is adopted if the session here is logged out or expired, or
///   if the `iss` and `sub` of both access tokens name the same user. Otherwise a refresh returns an error
///   with [`is_superseded`](crate::Error::is_superseded).
///
/// If a process crashes or loses power:
///
/// | at this moment | result |
/// |---|---|
/// | before the refresh token is sent | the session is unchanged |
/// | before the response of the server is stored | the refresh token may be spent. The store records this: the next refresh sends it once more. If the server rejects it, the call returns an error with [`is_rotation_lost`](crate::Error::is_rotation_lost). Servers with a grace period for spent tokens accept it |
/// | after that | the session is refreshed |
///
/// The lock of a [`FileStore`](crate::FileStore) ends with the process that holds it.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) machine: Mutex<StateMachine<RefreshHandle>>,
    /// What the state machine published last. It is read without the lock.
    pub(super) current: ArcSwap<Snapshot>,
    pub(super) provider: OnceLock<Arc<dyn CredentialProvider>>,
    pub(super) revoker: OnceLock<Revoker>,
    pub(super) unanswered: UnansweredRefresh,
    /// Boxed, so that a session in memory, one of thousands of users, has no room for it.
    pub(super) store_sync: OnceLock<Box<StoreSync>>,
    /// Where refreshes and writes run. Otherwise they run on the runtime of the call that starts them.
    pub(super) runtime: OnceLock<Handle>,
    /// Whether calls without a session return an error before anything is sent.
    pub(super) login_required: AtomicBool,
    pub(super) events: EventChannel,
    pub(super) ending: Ending,
    /// Held by the task that logs in while other tasks wait for the login.
    pub(super) login_turn: TaskLock<()>,
}

/// A boxed future.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A function that revokes tokens.
pub(crate) type Revoker = Arc<dyn Fn(Tokens) -> Boxed<'static, Result<()>> + Send + Sync>;

/// A way to get a new credential. It is all that a session needs from the layers above it. The trait shares a
/// file with [`Session`] because each names the other.
pub(crate) trait CredentialProvider: Send + Sync {
    /// Whether `snapshot` has what a refresh needs.
    fn can_refresh(&self, snapshot: &Snapshot) -> bool;

    /// Whether the cookies that a refresh of `snapshot` needs have expired.
    fn has_run_out(&self, snapshot: &Snapshot) -> bool;

    /// When the cookies that a refresh of `snapshot` needs expire, if they have an expiry.
    fn end_of_cookies(&self, _snapshot: &Snapshot) -> Option<End> {
        None
    }

    /// Asks for a new credential. `basis` is the session when the refresh began.
    fn refresh<'a>(&'a self, session: &'a Session, basis: &'a Snapshot) -> Boxed<'a, Attempt>;

    /// Whether [`revoke`](Self::revoke) sends anything.
    fn can_revoke(&self) -> bool;

    /// Tells the server that `tokens` are no longer used.
    fn revoke<'a>(&'a self, session: &'a Session, tokens: &'a Tokens) -> Boxed<'a, Result<()>>;

    /// Whether the session stores the cookies of responses.
    fn keeps_cookies(&self) -> bool;
}

impl Session {
    /// Creates an empty session. Several clients can share it with
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
            runtime: OnceLock::new(),
            login_required: AtomicBool::new(false),
            events: EventChannel::new(),
            ending: Ending::default(),
            login_turn: TaskLock::new(()),
        }))
    }

    /// Returns the current tokens, or `None` if there is no login or the session has expired.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        self.snapshot().credential().map(|credential| credential.tokens().clone())
    }
}

/// For the other files of the session, and for the layers above.
impl Session {
    /// For a short look. It does not touch the reference count, which all threads share.
    pub(crate) fn current(&self) -> impl Deref<Target = Arc<Snapshot>> {
        self.0.current.load()
    }

    /// For keeping.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.load_full()
    }

    /// Only the first call has an effect: a client that joins a session does not change how it is refreshed.
    pub(crate) fn set_provider(&self, provider: Arc<dyn CredentialProvider>) {
        let _ = self.0.provider.set(provider);
        self.require_login();
    }

    /// Only the first call has an effect.
    pub(crate) fn set_revoker(&self, revoker: Revoker) {
        let _ = self.0.revoker.set(revoker);
    }

    /// From now on, calls without a session return an error before anything is sent.
    pub(crate) fn require_login(&self) {
        self.0.login_required.store(true, Ordering::Relaxed);
    }

    pub(crate) fn requires_login(&self) -> bool {
        self.0.login_required.load(Ordering::Relaxed)
    }

    pub(crate) fn keeps_cookies(&self) -> bool {
        self.provider().is_some_and(CredentialProvider::keeps_cookies)
            || self.snapshot().credential().is_some_and(|credential| credential.tokens().by_cookie)
    }

    pub(super) fn provider(&self) -> Option<&dyn CredentialProvider> {
        self.0.provider.get().map(|provider| &**provider)
    }

    pub(super) fn store_sync(&self) -> Option<&StoreSync> {
        self.0.store_sync.get().map(|store_sync| &**store_sync)
    }

    pub(super) fn revoker(&self) -> Option<&Revoker> {
        self.0.revoker.get()
    }

    /// Only the first call has an effect.
    pub(crate) fn set_runtime(&self, runtime: Handle) {
        let _ = self.0.runtime.set(runtime);
    }

    /// Where tasks of the session are spawned, if anywhere.
    pub(super) fn runtime(&self) -> Option<Handle> {
        self.0.runtime.get().cloned().or_else(|| Handle::try_current().ok())
    }

    pub(crate) fn unanswered(&self) -> &UnansweredRefresh {
        &self.0.unanswered
    }

    pub(super) fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        self.provider().is_some_and(|provider| provider.can_refresh(snapshot))
    }

    /// Whether the session had cookies that a refresh needs and they have expired.
    pub(super) fn has_run_out(&self, snapshot: &Snapshot) -> bool {
        self.provider().is_some_and(|provider| provider.has_run_out(snapshot))
    }

    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, StateMachine<RefreshHandle>> {
        // The steps of the state machine do not panic. If one did, what it published last is still
        // consistent.
        self.0.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one step of the state machine and publishes its result.
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

/// Shows the state and no tokens.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.state()).finish()
    }
}
