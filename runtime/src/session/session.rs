//! Defines [`Session`], the handle to a session. [`CredentialProvider`] is the trait through which a session refreshes
//! and revokes its tokens.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Mutex as TaskLock;

use super::decisions::Attempt;
use super::events::EventChannel;
use super::login_end::{End, Ending};
use super::refresh_handle::RefreshHandle;
use super::revoking::Revoking;
use super::snapshot::Snapshot;
use super::state_machine::StateMachine;
use super::store_sync::state::StoreSync;
use super::tokens::Tokens;
use super::unanswered::UnansweredRefresh;
use crate::platform::exchange_lock::ExchangeLock;
use crate::platform::runtime::Handle;
use crate::platform::swap::ArcSwap;

/// The session of one user: tokens, cookies, and the refresh that all calls share.
///
/// A `Session` is cheap to clone. All clones refer to the same session, and several clients can share a session. A
/// session is kept in memory. With a [store](crate::ClientBuilder::store), a session also survives a process restart
/// (see [Stores](#stores)).
///
/// - For *several users*, use one session per user. Sessions do not share state, and each session is refreshed
///   separately. Keep the sessions in a map of your choice. Dropping a session is safe: a running refresh still
///   completes.
/// - For *one user on several hosts*, share one session between several clients
///   ([`ClientBuilder::session`](crate::ClientBuilder::session)). A refresh by one client also updates the tokens for
///   the other clients.
/// - For *several audiences*, use one session per audience, because each audience needs a separate access token. If all
///   audiences share one refresh token, give the refresh token to only one session. In the
///   [`refresh_with`](crate::ClientBuilder::refresh_with) functions of the other sessions, make an ordinary call
///   through the session that has the refresh token, so that two refreshes never use the refresh token at the same
///   time.
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
/// All processes that use the same [store](crate::ClientBuilder::store) share the session, including processes
/// that start later:
///
/// - *Reading.* The first call that needs the session reads the store. While the first call reads the store, other
///   calls that need the session wait. If the store cannot be read, the waiting calls return an error for which
///   [`is_store`](crate::Error::is_store) returns `true`, and the next call reads the store again. Before the store is
///   first read, [`tokens`](Self::tokens) and [`state`](Self::state) report that there is no login.
///   [`load`](Self::load) reads the store on demand.
/// - *Writing.* A change to the session takes effect immediately. A background task stores the changes in order. A
///   login or logout method and a [`SessionWrite`](crate::session::SessionWrite) future complete once the change is
///   stored or the store has failed. If the store fails, the session emits
///   [`SessionEvent::StoreFailed`](crate::SessionEvent::StoreFailed) and keeps the change in memory. The runtime
///   retries until the change is stored.
/// - *Refreshing.* Only one process at a time refreshes the session, and it holds the store's lock while it refreshes.
///   If another process has already refreshed, this process uses the tokens from the store
///   ([`SessionEvent::Adopted`](crate::SessionEvent::Adopted)) and does not send a refresh request. If the lock cannot
///   be acquired within 8 s, the session is not refreshed, and the call returns an error for which
///   [`is_refresh_busy`](crate::Error::is_refresh_busy) returns `true`. If the store cannot be written, the session is
///   not refreshed, because each refresh writes to the store before it sends the refresh token. A valid access token is
///   used even if the store fails.
/// - *Logins and logouts in other processes.* A logout in another process ends the session in this process at the next
///   refresh, or immediately if the store reports changes. A login in another process replaces this process's session
///   if this session is logged out or expired, or if both sessions have access tokens with the same `iss` and `sub`. If
///   the store has another login and this process keeps its own session, a refresh returns an error for which
///   [`is_superseded`](crate::Error::is_superseded) returns `true`.
///
/// The following table shows the effect of a crash or a power loss:
///
/// | when | result |
/// |---|---|
/// | before the refresh token is sent | the session is unchanged |
/// | before the server's response is stored | the refresh token may be spent. The intent in the store records the unfinished refresh, and the next refresh sends the refresh token once more. If the server rejects the refresh token, the call returns an [`is_rotation_lost`](crate::Error::is_rotation_lost) error. Servers with a grace period for spent tokens accept the second request |
/// | after the server's response is stored | the session is refreshed |
///
/// The operating system releases the lock of a [`FileStore`](crate::FileStore) when the process exits or crashes.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) machine: Mutex<StateMachine<RefreshHandle>>,
    /// The snapshot that the state machine most recently published. Calls read the snapshot without locking the state
    /// machine.
    pub(super) current: ArcSwap<Snapshot>,
    pub(super) provider: OnceLock<Arc<dyn CredentialProvider>>,
    pub(super) revoker: OnceLock<Revoker>,
    pub(super) unanswered: UnansweredRefresh,
    /// The store synchronization. The data is boxed to keep a session small, because a server can hold thousands of
    /// sessions that have no store.
    pub(super) store_sync: OnceLock<Box<StoreSync>>,
    /// The Tokio runtime on which refreshes and store writes run. If no runtime is set, each refresh or write runs on
    /// the same Tokio runtime as the call that starts it.
    pub(super) runtime: OnceLock<Handle>,
    /// Whether a call without a session returns an error instead of being sent.
    pub(super) login_required: AtomicBool,
    pub(super) events: EventChannel,
    pub(super) ending: Ending,
    /// The lock that a task holds while it logs in. Other tasks that need a login wait until the login is complete.
    pub(super) login_turn: TaskLock<()>,
    /// Whether [`ensure_login`](Session::ensure_login) holds the lock of the store.
    pub(super) holds_login_lock: AtomicBool,
    /// In a browser, the lock that a refresh, a login or a logout holds while its request is sent.
    pub(super) exchange: ExchangeLock,
}

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) type Revoker = Arc<dyn Fn(&Session, Tokens) -> Revoking + Send + Sync>;

/// Refreshes a session. `CredentialProvider` is the only trait that a session needs from the layers above it.
/// `CredentialProvider` and [`Session`] are in the same file because they refer to each other.
pub(crate) trait CredentialProvider: Send + Sync {
    /// Whether `snapshot` contains everything that a refresh needs.
    fn can_refresh(&self, snapshot: &Snapshot) -> bool;

    /// Whether all cookies needed to refresh `snapshot` have expired.
    fn has_run_out(&self, snapshot: &Snapshot) -> bool;

    /// Returns the time at which the cookies needed to refresh `snapshot` expire, or `None` if the time is unknown.
    fn end_of_cookies(&self, _snapshot: &Snapshot) -> Option<End> {
        None
    }

    /// Requests a new credential. `basis` is the session's snapshot at the start of the refresh.
    fn refresh<'a>(&'a self, session: &'a Session, basis: &'a Snapshot) -> Boxed<'a, Attempt>;

    /// Starts the revocation of `tokens` on the server, if this provider can revoke tokens.
    fn revoke(&self, _session: &Session, _tokens: Tokens) -> Revoking {
        Revoking::NotNeeded
    }

    fn keeps_cookies(&self) -> bool;
}

impl Session {
    /// Creates an empty session. With [`ClientBuilder::session`](crate::ClientBuilder::session), several clients can
    /// share the session.
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
            holds_login_lock: AtomicBool::new(false),
            exchange: ExchangeLock::default(),
        }))
    }

    /// Returns the current tokens, or `None` if there is no login or the session has expired.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        self.snapshot().credential().map(|credential| credential.tokens().clone())
    }
}

impl Session {
    /// Returns a guard for a brief read of the current snapshot. The guard does not change the snapshot's reference
    /// count, so that threads do not contend for this count.
    pub(crate) fn current(&self) -> impl Deref<Target = Arc<Snapshot>> {
        self.0.current.load()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.load_full()
    }

    /// Sets the provider. Only the first call to `set_provider` has an effect, so a client that joins a session does
    /// not change how the session is refreshed.
    pub(crate) fn set_provider(&self, provider: Arc<dyn CredentialProvider>) {
        let _ = self.0.provider.set(provider);
        self.require_login();
    }

    /// Only the first call to this method has an effect.
    pub(crate) fn set_revoker(&self, revoker: Revoker) {
        let _ = self.0.revoker.set(revoker);
    }

    /// Requires a login: while there is no session, calls return an error and are not sent.
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

    /// Only the first call to this method has an effect.
    pub(crate) fn set_runtime(&self, runtime: Handle) {
        let _ = self.0.runtime.set(runtime);
    }

    pub(super) fn runtime(&self) -> Option<Handle> {
        self.0.runtime.get().cloned().or_else(|| Handle::try_current().ok())
    }

    pub(crate) fn unanswered(&self) -> &UnansweredRefresh {
        &self.0.unanswered
    }

    pub(super) fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        self.provider().is_some_and(|provider| provider.can_refresh(snapshot))
    }

    pub(super) fn has_run_out(&self, snapshot: &Snapshot) -> bool {
        self.provider().is_some_and(|provider| provider.has_run_out(snapshot))
    }

    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, StateMachine<RefreshHandle>> {
        // A poisoned lock is safe to use: the steps of the state machine do not panic, and even after a panic, the last
        // published snapshot would be consistent.
        self.0.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one step of the state machine and publishes the new snapshot.
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

/// Shows the session's state but not the session's tokens.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.state()).finish()
    }
}
