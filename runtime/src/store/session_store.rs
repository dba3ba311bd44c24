//! Defines [`SessionStore`], the trait that every store implements, and the types that the trait uses.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::error::BoxError;

/// A storage location for one session. Several processes can share the session.
///
/// A store keeps one *record* with a *revision*. The store does not interpret the record, and it increases the revision
/// with each change. Processes that share a session depend on three guarantees:
///
/// - [`swap`](Self::swap) is atomic: if two swaps start from the same revision, only one succeeds.
/// - After a `swap` returns, every later [`load`](Self::load) in any process returns the new record, even after a
///   crash.
/// - At most one [`lock`](Self::lock) is held at a time. A lock that can expire (a lease) has a fencing number, called
///   its *fence*. The fencing number increases with each new lock, and `swap` rejects a fencing number that is smaller
///   than the newest lock's.
///
/// | store | use | after a crash |
/// |---|---|---|
/// | none, or [`MemoryStore`](crate::MemoryStore) | one process that logs in when it starts; tests | the session is lost |
/// | [`FileStore`](crate::FileStore) | command-line tools; all processes of one user on one machine | the file is complete, and the kernel has released the lock |
/// | `KeyringStore` (feature `keyring`) | desktop programs whose tokens must not be stored in a file | the entry has its old or new content, and the kernel has released the lock |
/// | `RedisStore` (feature `redis`) | services on multiple machines | the record is as durable as Redis is configured, and the lease expires after 30 s |
/// | `TabStore` (in a browser) | all tabs of an origin | the session remains in the other tabs, and the refresh token in a cookie |
/// | `Sealed` (feature `encrypt`) | encryption for a store that other users can read | the same as for the inner store |
///
/// Each store contains one session. Use a separate store for each user, with its own name or path. The guide describes
/// [which store to use](crate::guide::stores), and what happens after a crash at each step.
///
/// # Implementing a store
///
/// The runtime loads the record before the first call. Before a refresh, the runtime acquires the lock and loads the
/// record again, because another process may have refreshed the session since the first load. Before it sends the
/// refresh token, the runtime stores its intent to send the token. Storing the intent to refresh also confirms that the
/// store is writable. After the response arrives, the runtime stores the new tokens.
///
/// - *Runtime.* The methods run on a Tokio runtime with timers enabled, so `spawn_blocking` and `sleep` work. Several
///   tasks can call the trait's methods at the same time, on one store or on several stores that use the same storage
///   location.
/// - *Deadlines.* The runtime waits 5 s for a load or a swap, and 8 s for a lock, and then drops the future. If the
///   work of a dropped future continues on a thread or on a server, the work must end without further action by the
///   runtime.
/// - *Records.* A record consists of a few kB of binary data that contains one session's tokens and cookies.
/// - *An emptied storage location* is treated like a storage location that has never been written to. If the storage
///   location is emptied, the session is logged out.
///
/// A store does not need to interpret tokens or expiration times. If the storage supports compare-and-swap, a store
/// needs only a short implementation:
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
    /// Returns the stored record. If nothing has been stored yet, returns [`Stored::default`], even while the store is
    /// locked. A store must work without setup: if its directory or table is missing, the store must create it no later
    /// than during the first swap.
    ///
    /// # Errors
    ///
    /// Returns an error if the storage location cannot be read or contains another program's data. A store does not
    /// need to validate the record, because the runtime validates it. After an error, the call that needs the session
    /// fails, and the next call tries again. The runtime never responds to an error by deleting data. The error must
    /// not quote the record.
    ///
    /// This function must be cancel safe.
    fn load(&self) -> impl Future<Output = Result<Stored, BoxError>> + Send;

    /// Stores a record if the current revision is `swap.basis`. Returns the new revision, which is greater than
    /// `swap.basis`. Returns `None` if the store has a different revision, or if `swap.fence` is smaller than the
    /// fencing number of the newest lock. The swap's fencing number is checked even after the newest lock has been
    /// released.
    ///
    /// The newest lock is the lock with the greatest fencing number that the store has ever issued. The store must keep
    /// the greatest fencing number as long as it keeps the record. If a swap has no fencing number, only the revision
    /// is checked, even while another process holds the lock. A store whose locks cannot expire ignores fencing
    /// numbers. A swap increases the revision even if the bytes of the record stay the same.
    ///
    /// If the storage location contains another program's data, `swap` must return an error and must not overwrite the
    /// data. After `swap` has returned, the record must survive a crash.
    ///
    /// If the future is dropped, the record must be stored either completely or not at all.
    ///
    /// # Errors
    ///
    /// Returns an error if the record cannot be stored. If the confirmation of a write is lost, the record may have
    /// been stored anyway. If possible, a store should detect that a write succeeded even though its confirmation was
    /// lost. After an error, the runtime keeps the session in memory, stops refreshing it, and repeats the write until
    /// the record is stored.
    fn swap(&self, swap: Swap) -> impl Future<Output = Result<Option<Revision>, BoxError>> + Send;

    /// Waits for the lock, which is released when the [`StoreLock`] is dropped. A lock must either be released when the
    /// process that holds it exits, like a kernel lock or a connection-bound lock, or be a [lease](StoreLock::leased)
    /// that expires.
    ///
    /// Only one task at a time may hold the lock, even within one process. Locks that belong to a process rather than
    /// to a task, such as POSIX `fcntl` locks, are not sufficient. The order in which waiting tasks get the lock is not
    /// specified. `load` and `swap` must also work while a task holds the lock.
    ///
    /// Returns `None` if the store has no locks. Without locks, two processes can refresh at the same time, and the
    /// server must tolerate concurrent refreshes.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be locked. Without the lock, the session is not refreshed.
    ///
    /// `lock` must be cancel safe: a dropped future must not hold the lock. If the lock is granted after the future has
    /// been dropped, the store must release the lock immediately. A server can grant the lock to a client that has
    /// stopped waiting or has crashed. If a client is no longer waiting, the lock must expire or be released within
    /// seconds. For example, the server can let a lock expire quickly unless the client confirms the lock.
    fn lock(&self) -> impl Future<Output = Result<Option<StoreLock>, BoxError>> + Send;

    /// Resolves when the revision in the store may differ from `seen`. If the revision already differs from `seen`, the
    /// future resolves immediately. By default, the future never resolves, so the runtime notices another process's
    /// change only when a call needs the session.
    ///
    /// The runtime keeps waiting for changes until the session is dropped. When the future resolves, the runtime loads
    /// the record and calls `changed` again. If the record has not changed, the runtime calls `changed` at most once a
    /// second. If listening for changes fails, the store itself must start listening again or poll the storage.
    ///
    /// `changed` must be cancel safe: each call must first compare the current revision with `seen`, so that no change
    /// between two calls is missed.
    fn changed(&self, seen: Revision) -> impl Future<Output = ()> + Send {
        let _ = seen;
        std::future::pending()
    }

    /// Returns an identifier for the storage location, such as the name of a Redis key or the inode number of a file.
    /// If the record is copied to another location, that location should have a different identifier. All processes
    /// that share the storage location must receive the same identifier. The identifier is not secret, and is stored
    /// with the session.
    ///
    /// The identifier lets the runtime detect a copied session before the copy and the original use the same refresh
    /// token ([`SessionEvent::GrantShared`](crate::SessionEvent::GrantShared)). `None`, the default, means that copies
    /// are not detected. The runtime calls `place` repeatedly until the method returns an identifier.
    ///
    /// This function must be cancel safe.
    fn place(&self) -> impl Future<Output = Option<String>> + Send {
        std::future::ready(None)
    }

    /// Returns whether all processes that use the storage location send the same cookies, as the tabs of a browser do.
    /// The default is `false`.
    ///
    /// Processes that share their cookies are always logged in as the same user. A login in one process therefore
    /// replaces the session in all processes, even if a different user logs in. A refresh in one process can replace
    /// the refresh token in all processes, even if the process that refreshes exits before the response arrives. The
    /// next process that acquires the lock therefore waits for one second before it refreshes.
    fn shares_cookies(&self) -> bool {
        false
    }
}

/// The number of changes that a store has received. The first change has revision 1, and a store that has never been
/// written to has revision 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// Creates a revision from its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number of this revision.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the next revision.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The record that a store contains, with its revision.
#[derive(Clone, Default)]
pub struct Stored {
    /// The number of changes that the store has received so far.
    pub revision: Revision,
    /// The last record, which is empty if no record has been stored.
    pub record: Vec<u8>,
}

/// A record to store.
#[derive(Clone)]
pub struct Swap {
    /// The revision of the record that this swap replaces.
    pub basis: Revision,
    /// The record. It is never empty.
    pub record: Vec<u8>,
    /// The fencing number ([`StoreLock::fence`]) of the lock that is held while the record is stored, or 0 for a lock
    /// that cannot expire. `None` means that the record is stored without a lock: for a login, a logout, or a store
    /// without locks.
    pub fence: Option<u64>,
}

/// The minimum pause between two renewals of a lock, which applies even if the lock expires during the pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

type Renewal = Box<dyn FnMut() -> Pin<Box<dyn Future<Output = Result<Instant, BoxError>> + Send>> + Send>;

/// A lock that a store has granted. Dropping this value releases the lock.
pub struct StoreLock {
    fence: u64,
    end: Option<Instant>,
    renewal: Option<Renewal>,
    _guard: Box<dyn Any + Send>,
}

impl StoreLock {
    /// Creates a lock that is released only when `guard` is dropped. The runtime can drop the guard on any thread,
    /// including threads outside a Tokio runtime.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self::leased(0, guard)
    }

    /// Creates a lock that can expire before it is dropped. `fence` must be greater than the fencing number of every
    /// earlier lock, so it is never 0. Set the expiry with [`until`](Self::until). After `guard` is dropped, a
    /// background task may release the lock, but only if this takes a short time. If the task's runtime shuts down, the
    /// lock should be released anyway, because other processes would otherwise wait until the lease expires.
    pub fn leased(fence: u64, guard: impl Send + 'static) -> Self {
        Self { fence, end: None, renewal: None, _guard: Box::new(guard) }
    }

    /// Sets the time at which the lock expires, according to this process's clock. Calculate the expiry from the time
    /// just before the lock is requested. By default, the expiry is unknown.
    #[must_use]
    pub fn until(mut self, end: Instant) -> Self {
        self.end = Some(end);
        self
    }

    /// Sets the function that renews a lease during a long [login](crate::Session::ensure_login). The function returns
    /// the new expiry of the lease.
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

    /// Returns the time to wait before the lock is renewed: a third of the lock's remaining time, but at least 250 ms.
    /// Returns `None` if the lock cannot be renewed.
    #[expect(clippy::disallowed_methods, reason = "a lock in a browser does not expire")]
    pub(crate) fn renew_in(&self) -> Option<Duration> {
        let left = self.end?.saturating_duration_since(Instant::now());
        self.renewal.as_ref().map(|_| (left / 3).max(SHORTEST_PAUSE))
    }

    /// Returns whether the lock has expired according to this process's clock. After the lock has expired, do not start
    /// a refresh, because another process might hold the lock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a lock in a browser does not expire")]
    pub fn has_run_out(&self) -> bool {
        self.end.is_some_and(|end| end <= Instant::now())
    }

    /// Returns the fencing number of this lock, or 0 if the lock cannot expire.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.fence
    }
}

/// The `Debug` output omits the record, because the record contains secrets.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// The `Debug` output omits the record, because the record contains secrets.
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
