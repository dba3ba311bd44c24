//! The trait that every store implements, and the words that it speaks in: [`SessionStore`].

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::time::Instant;

use crate::error::BoxError;

/// A place for one session, shared by every process that is to have the same one.
///
/// A store keeps one *record*, bytes that it never looks into, under a *revision* that grows with every change. All
/// promises of a session that several processes share rest on three of the store's:
///
/// - [`swap`](Self::swap) is atomic: of two that have read the same revision, one succeeds.
/// - What `swap` has stored, every later [`load`](Self::load) sees, in every process, also after a crash.
/// - At most one [`lock`](Self::lock) is held at a time; where that cannot be promised for ever (a lease that runs out),
///   its *fence* grows with each, and `swap` refuses a fence that is older than the newest given out.
///
/// | store | for whom | at a crash |
/// |---|---|---|
/// | none, or [`MemoryStore`] | one process that logs in when it starts; tests | the session is gone |
/// | [`FileStore`] | command-line tools; all processes of one user on one machine | whole, and unlocked by the kernel |
/// | `KeyringStore` (feature `keyring`) | programs at a desktop whose tokens shall not lie in a file | as the keyring has it; unlocked by the kernel |
/// | `RedisStore` (feature `redis`) | fleets | as durable as Redis is set up to be; unlocked when the lease runs out, after 30 s |
/// | `Sealed` (feature `encrypt`) | around any, where others can read what is stored | as the store in it |
///
/// A store is for one session: have one for each user, under a name or path of its own. The guide tells
/// [which is for whom](crate::guide::stores), and what happens at a crash, step by step.
///
/// # Writing one
///
/// The runtime calls it: it loads before the first call, locks around a refresh, reads again under the lock whether somebody
/// else has refreshed meanwhile, notes in the record that it is about to spend the refresh token (which proves that the store
/// can be written), exchanges, and stores what it got.
///
/// - *Where.* Within a tokio runtime that has timers, so `spawn_blocking` and `sleep` may be used. Any method may be called by many
///   tasks at once, of one store and of several for the same place.
/// - *Deadlines* are the runtime's: 5 s for a load or a swap, 8 s for a lock. It keeps them by dropping the future; what a store has
///   begun on a thread or with a server should end by itself.
/// - *Records* are a few kB of any bytes: tokens, cookies, and no more than one session's.
/// - *A place that was emptied* by hand is one that has never been written: who had its session is logged out.
///
/// So a store has no idea of tokens or time, and one for anything that can compare and swap is a page long:
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
/// What to test is [listed in the guide](crate::guide::stores#a-store-of-your-own).
pub trait SessionStore: Send + Sync + 'static {
    /// What is stored now. A store that has never been written has [`Stored::default`], also while it is locked; it needs no
    /// preparation by hand, so what is missing (a folder, a table) is made, at the latest by the first swap.
    ///
    /// # Errors
    ///
    /// What kept it from reading, also something in its place that no store of this kind has written. Whether the record
    /// itself makes sense, the runtime finds out. It tells the error to the call that needs the session, and tries again at
    /// the next; it never deletes anything because of it. The error must not quote the record.
    ///
    /// Cancel safe.
    fn load(&self) -> impl Future<Output = Result<Stored, BoxError>> + Send;

    /// Stores a record if nobody has stored another since `swap.basis`: its new revision, which is greater; `None` if somebody
    /// has, or if `swap.fence` is older than that of the newest lock, which may have ended already.
    ///
    /// The newest lock is the one with the greatest fence that was ever given out: the store keeps that number as long as the
    /// record. Without a fence, only the basis counts, whoever has the lock. A store whose locks cannot run out need not look at
    /// fences at all. The record may be the same bytes as before; it is a change all the same.
    ///
    /// Whatever is not the store's own is not overwritten: that is an error. What is stored lies, when this returns, where a
    /// crash cannot reach it.
    ///
    /// When the future is dropped, the record is stored or not, and never half.
    ///
    /// # Errors
    ///
    /// What kept it from storing. It may be stored all the same, where only a server's answer was lost; a store that can find
    /// out which it is should. The runtime keeps the session in memory, refreshes no more, and tries again until it can be stored.
    fn swap(&self, swap: Swap) -> impl Future<Output = Result<Option<Revision>, BoxError>> + Send;

    /// Waits for the right to refresh, which ends when the [`StoreLock`] is dropped. It must not outlive its process: it ends with
    /// it, as a lock of the kernel's or a connection's does, or it is a [lease](StoreLock::leased) that runs out.
    ///
    /// One has it at a time, of two tasks of one process too: locks that belong to a process, such as those of POSIX's `fcntl`, are not
    /// enough. Who waits need not be served in order. `load` and `swap` go on meanwhile, for everybody.
    ///
    /// `None` if the store has no locks: two processes may then refresh at the same time, which the server must bear.
    ///
    /// # Errors
    ///
    /// What kept it from locking. Nothing is refreshed then.
    ///
    /// Cancel safe: who stops waiting, at whatever moment, does not have the lock; a lock that came too late is given back at once.
    fn lock(&self) -> impl Future<Output = Result<Option<StoreLock>, BoxError>> + Send;

    /// Resolves when there is, perhaps, something other than `seen`; at once if there is already. By default it never does:
    /// other processes' refreshes are then found when they are needed.
    ///
    /// The runtime keeps one such call waiting for as long as the session lives, loads when it resolves, and asks again, at most once
    /// a second where it finds nothing new. A failure is for the store to wait out: it goes on listening, or looks from time to time.
    ///
    /// Cancel safe: nothing is missed between two calls, since each begins with a look at what is stored.
    fn changed(&self, seen: Revision) -> impl Future<Output = ()> + Send {
        let _ = seen;
        std::future::pending()
    }

    /// Which place this is, in words that a copy of what is stored does not take along: the name of a key, the number that
    /// the file system gave a file. All who share the place say the same, always; it is no secret, and stored with the session.
    ///
    /// By it a session that was copied is noticed before one copy spends the other's refresh token:
    /// [`SessionEvent::GrantShared`](crate::SessionEvent::GrantShared). `None`, as by default, if the store cannot tell: copies
    /// are not noticed then. The runtime asks once, and again while it gets `None`.
    ///
    /// Cancel safe.
    fn place(&self) -> impl Future<Output = Option<String>> + Send {
        std::future::ready(None)
    }
}

/// Counts the changes of a store. The first is 1; 0 is a store that has never been written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision of this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What a store holds.
#[derive(Clone, Default)]
pub struct Stored {
    /// How often it has changed.
    pub revision: Revision,
    /// What was stored last; empty if nothing ever was.
    pub record: Vec<u8>,
}

/// A record that is to be stored.
#[derive(Clone)]
pub struct Swap {
    /// The revision that it is to replace, and no other.
    pub basis: Revision,
    /// What to store. Never empty.
    pub record: Vec<u8>,
    /// [`StoreLock::fence`] of the lock under which it is stored, 0 for a lock that cannot run out; `None` without a lock (a login
    /// or a logout, or a store that has none).
    pub fence: Option<u64>,
}

/// The right to refresh, until it is dropped.
pub struct StoreLock {
    fence: u64,
    end: Option<Instant>,
    _guard: Box<dyn Any + Send>,
}

impl StoreLock {
    /// A lock that ends when `guard` is dropped, and not before. That may happen on any thread, outside of a runtime too.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self::leased(0, guard)
    }

    /// A lock that may run out before it is dropped: `fence` is greater than that of every lock before it, and so never 0. Say
    /// with [`until`](Self::until) when. What ends it when `guard` is dropped may run in the background, for a moment.
    pub fn leased(fence: u64, guard: impl Send + 'static) -> Self {
        Self { fence, end: None, _guard: Box::new(guard) }
    }

    /// Runs out at `end`, by the clock of this process: count from before the store was asked for the lock. By default it is
    /// not known when it runs out.
    #[must_use]
    pub fn until(mut self, end: Instant) -> Self {
        self.end = Some(end);
        self
    }

    /// Whether it has run out, as far as this process knows. Whoever finds so must not begin to refresh: somebody else may have
    /// the lock by now.
    #[must_use]
    pub fn has_run_out(&self) -> bool {
        self.end.is_some_and(|end| end <= Instant::now())
    }

    /// Its number among all locks of the store; 0 if it cannot run out.
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
