//! The trait that every store implements, and the types that it uses: [`SessionStore`].

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::error::BoxError;

/// A place for one session, which all processes of that session share.
///
/// A store keeps one *record*, which it never reads, under a *revision*, which grows with each change.
/// Sessions that several processes share depend on three guarantees:
///
/// - [`swap`](Self::swap) is atomic: of two swaps with the same basis, one succeeds.
/// - After a `swap`, every [`load`](Self::load) in every process returns its record, even after a crash.
/// - At most one [`lock`](Self::lock) is held at a time. If a lock can expire (a lease), each lock has a
///   greater *fence* than the one before, and `swap` refuses a fence older than the newest.
///
/// | store | use | after a crash |
/// |---|---|---|
/// | none, or [`MemoryStore`](crate::MemoryStore) | one process that logs in when it starts; tests | the session is gone |
/// | [`FileStore`](crate::FileStore) | command-line tools; all processes of one user on one machine | complete, and unlocked by the kernel |
/// | `KeyringStore` (feature `keyring`) | desktop programs whose tokens must not be in a file | as the keyring has it; unlocked by the kernel |
/// | `RedisStore` (feature `redis`) | services on many machines | as durable as Redis is configured; unlocked when the lease expires, after 30 s |
/// | `TabStore` (in a browser) | all tabs of an origin | the session is in the other tabs, and the refresh token in a cookie |
/// | `Sealed` (feature `encrypt`) | around another store that others can read | as in the inner store |
///
/// A store is for one session. Use one for each user, with its own name or path. The guide describes [which
/// store to use](crate::guide::stores) and what happens after a crash, step by step.
///
/// # Implementing a store
///
/// The runtime loads before the first call. For a refresh it takes the lock and loads again, because another
/// process may have refreshed meanwhile. It then stores that it is about to send the refresh token, which
/// proves that the store can be written. After the response it stores the new tokens.
///
/// - *Runtime.* The methods run in a Tokio runtime with timers, so `spawn_blocking` and `sleep` work. Several
///   tasks may call any method at once, on one store or on several stores for the same place.
/// - *Deadlines.* The runtime waits 5 s for a load or a swap, and 8 s for a lock, then drops the future. Work
///   that continues on a thread or at a server must end by itself.
/// - *Records* are a few kB of binary data with the tokens and cookies of one session.
/// - *An emptied place* counts as one that has never been written. Sessions that came from it are logged out.
///
/// A store knows nothing about tokens or time. If the storage has compare-and-swap, an implementation is
/// short:
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use afresh::error::BoxError;
/// use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
///
/// /// Keeps the session in a variable.
/// #[derive(Clone, Default)]
/// struct Variable {
///     stored: Arc<Mutex<Stored>>,
///     lock: Arc<tokio::sync::Mutex<()>>,
/// }
///
/// impl SessionStore for Variable {
///     async fn load(&self) -> Result<Stored, BoxError> {
///         Ok(self.stored.lock().unwrap().clone())
///     }
///
///     async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
///         let mut stored = self.stored.lock().unwrap();
///         if stored.revision != swap.basis {
///             return Ok(None);
///         }
///         *stored = Stored { revision: swap.basis.next(), record: swap.record };
///         Ok(Some(stored.revision))
///     }
///
///     async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
///         Ok(Some(StoreLock::new(self.lock.clone().lock_owned().await)))
///     }
/// }
/// ```
///
/// The guide [lists what to test](crate::guide::stores#a-store-of-your-own).
pub trait SessionStore: Send + Sync + 'static {
    /// Returns what is stored. A store that has never been written returns [`Stored::default`], even while it
    /// is locked. The store needs no setup: it creates a missing folder or table no later than at the first swap.
    ///
    /// # Errors
    ///
    /// Why reading failed, or that the place holds content of something else. The runtime validates the
    /// record itself. It returns the error to the call that needs the session and tries again at the next
    /// call. It never deletes anything because of an error. The error must not quote the record.
    ///
    /// Cancel safe.
    fn load(&self) -> impl Future<Output = Result<Stored, BoxError>> + Send;

    /// Stores a record if the current revision is `swap.basis`. Returns the new revision, which is greater.
    /// Returns `None` if the revision is another one, or if `swap.fence` is older than the fence of the
    /// newest lock, which may have ended already.
    ///
    /// The newest lock is the one with the greatest fence that the store has ever issued. The store keeps
    /// that number as long as the record. Without a fence only the basis counts, even while another process
    /// holds the lock. A store whose locks cannot expire ignores fences. A record with the same bytes as
    /// before is a change as well.
    ///
    /// Content of something else is an error and is not overwritten. When this method returns, the record
    /// survives a crash.
    ///
    /// If the future is dropped, the record is stored completely or not at all.
    ///
    /// # Errors
    ///
    /// Why storing failed. The record may be stored anyway if only the response of a server was lost; a store
    /// should find this out if it can. The runtime keeps the session in memory, stops refreshing, and tries
    /// again until the record is stored.
    fn swap(&self, swap: Swap) -> impl Future<Output = Result<Option<Revision>, BoxError>> + Send;

    /// Waits for the lock, which ends when the [`StoreLock`] is dropped. A lock must end with its process, as
    /// a kernel lock or a connection does, or be a [lease](StoreLock::leased) that expires.
    ///
    /// Only one task holds the lock, even within one process. Locks that belong to a process, such as those
    /// of POSIX `fcntl`, are not enough. The order of the waiting tasks does not matter. `load` and `swap`
    /// work during a lock.
    ///
    /// Returns `None` if the store has no locks. Two processes may then refresh at the same time, and the
    /// server must accept that.
    ///
    /// # Errors
    ///
    /// Why locking failed. There is no refresh then.
    ///
    /// Cancel safe: a dropped future does not hold the lock. A lock that arrives too late is released at
    /// once. A server may grant the lock after its client has stopped waiting, or has crashed. Such a lock must
    /// end within seconds, for example because it expires soon unless the client confirms it.
    fn lock(&self) -> impl Future<Output = Result<Option<StoreLock>, BoxError>> + Send;

    /// Resolves when the revision may differ from `seen`, at once if it already does. By default it
    /// never resolves, and changes of other processes are found when a call needs them.
    ///
    /// The runtime waits for one such call as long as the session lives. When it resolves, the runtime loads
    /// and calls it again, at most once a second if nothing is new. The store handles its own failures: it
    /// listens again, or polls.
    ///
    /// Cancel safe: no change is missed between two calls, because each call begins with a look at the
    /// revision.
    fn changed(&self, seen: Revision) -> impl Future<Output = ()> + Send {
        let _ = seen;
        std::future::pending()
    }

    /// Identifies this place in a way that a copy of its content does not share, for example the name of a
    /// key or the inode number of a file. All processes that share the place get the same value. It is not
    /// secret, and is stored with the session.
    ///
    /// The runtime uses it to detect a copied session before one copy spends the refresh token of the other
    /// ([`SessionEvent::GrantShared`](crate::SessionEvent::GrantShared)). `None`, the default, means that
    /// copies are not detected. The runtime asks once, and again as long as it gets `None`.
    ///
    /// Cancel safe.
    fn place(&self) -> impl Future<Output = Option<String>> + Send {
        std::future::ready(None)
    }

    /// Returns whether all processes that use this place send the same cookies, as the tabs of a browser do. The default is
    /// `false`.
    ///
    /// Processes with the same cookies have the same user. A login in one of them then replaces the session in all of
    /// them, also if it is another user's. A refresh in one process may replace the refresh token of all processes,
    /// even if the process ends first. So the next process that gets the lock waits for a second before it refreshes.
    fn shares_cookies(&self) -> bool {
        false
    }
}

/// Counts the changes of a store. The first one is 1. A store that has never been written has 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// Creates a revision with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The content of a store.
#[derive(Clone, Default)]
pub struct Stored {
    /// The number of changes so far.
    pub revision: Revision,
    /// The last record, or empty if nothing was ever stored.
    pub record: Vec<u8>,
}

/// A record to store.
#[derive(Clone)]
pub struct Swap {
    /// The revision that the record replaces.
    pub basis: Revision,
    /// The record. It is never empty.
    pub record: Vec<u8>,
    /// The [`StoreLock::fence`] of the lock under which the record is stored, or 0 for a lock that cannot
    /// expire. `None` without a lock: for a login, a logout, or a store without locks.
    pub fence: Option<u64>,
}

/// Between two renewals of a lock that cannot be renewed in time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

type Renewal = Box<dyn FnMut() -> Pin<Box<dyn Future<Output = Result<Instant, BoxError>> + Send>> + Send>;

/// The lock of a store, held until it is dropped.
pub struct StoreLock {
    fence: u64,
    end: Option<Instant>,
    renewal: Option<Renewal>,
    _guard: Box<dyn Any + Send>,
}

impl StoreLock {
    /// Creates a lock that ends when `guard` is dropped, and not before. The drop can happen on any thread,
    /// also outside of a runtime.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self::leased(0, guard)
    }

    /// Creates a lock that may expire before it is dropped. `fence` must be greater than that of every lock
    /// before it, and so never 0. Set the time with [`until`](Self::until). The release of `guard` may
    /// continue in the background for a moment.
    pub fn leased(fence: u64, guard: impl Send + 'static) -> Self {
        Self { fence, end: None, renewal: None, _guard: Box::new(guard) }
    }

    /// Sets when the lock expires, by the clock of this process. Count from before the request for the lock.
    /// By default the time is unknown.
    #[must_use]
    pub fn until(mut self, end: Instant) -> Self {
        self.end = Some(end);
        self
    }

    /// Sets how a lease is renewed while a [login](crate::Session::ensure_login) takes its time. The function returns when
    /// the lease expires now.
    #[must_use]
    pub fn renewed_with<R>(mut self, mut renew: impl FnMut() -> R + Send + 'static) -> Self
    where
        R: Future<Output = Result<Instant, BoxError>> + Send + 'static,
    {
        self.renewal = Some(Box::new(move || Box::pin(renew())));
        self
    }

    /// Renews the lock if it is a lease that can be renewed.
    pub(crate) async fn renew(&mut self) -> Result<(), BoxError> {
        if let Some(renewal) = &mut self.renewal {
            self.end = Some(renewal().await?);
        }
        Ok(())
    }

    /// When to renew the lock: after a third of the time that is left. `None` if it does not expire.
    #[expect(clippy::disallowed_methods, reason = "a lock in a browser does not expire")]
    pub(crate) fn renew_in(&self) -> Option<Duration> {
        let left = self.end?.saturating_duration_since(Instant::now());
        self.renewal.as_ref().map(|_| (left / 3).max(SHORTEST_PAUSE))
    }

    /// Returns whether the lock has expired, as far as this process knows. After that, a refresh must not
    /// begin, because another process may hold the lock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a lock in a browser does not expire")]
    pub fn has_run_out(&self) -> bool {
        self.end.is_some_and(|end| end <= Instant::now())
    }

    /// Returns the number of this lock among all locks of the store, or 0 if it cannot expire.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.fence
    }
}

/// The record stays out: it holds secrets.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// The record stays out: it holds secrets.
impl fmt::Debug for Swap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Swap").field("basis", &self.basis).field("fence", &self.fence).finish_non_exhaustive()
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLock")
            .field("fence", &self.fence)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
