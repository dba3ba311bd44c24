//! A store in Redis: [`RedisStore`].

mod connection;
mod lock;
mod notices;
mod scripts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::{Client, IntoConnectionInfo, RedisError};

use self::connection::Connection;
use self::lock::Lock;
use self::notices::Notices;
use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Longer than a flight may take, the wait for the lock aside.
const LEASE: Duration = Duration::from_secs(30);

/// Keeps a session in Redis: for fleets, whose processes run on many machines. With the feature `redis`; for Redis 6 and
/// newer, Valkey, and what else speaks their protocol and runs Lua.
///
/// A session is one hash under the name given, with its record, its revision and the newest fence. Beside it, while somebody
/// refreshes, there is a key `{<name>}:lock` that expires by itself; notices of changes go over the channel
/// `{<name>}:changed`. All three fall in one slot of a cluster, though the store itself speaks to one server. None of it
/// is ever deleted or made to expire, the lock aside.
///
/// **What it promises.** [`swap`](SessionStore::swap) is one script, so of two with the same basis one wins, and one whose
/// fence is not the newest loses. The right to refresh is a lease of 30 s by the server's clock. Who is suspended for longer
/// loses it: the next one gets it with a greater fence, and what the former holder stores afterwards is refused. Releasing
/// removes one's own lease only. Other processes wait_for_message of a change at once, or, should a notice be lost, within 10 s.
///
/// **When a connection breaks,** the next call makes a new one. A call whose answer was lost is made once more, and finds out
/// whether it had succeeded. No call takes longer than 5 s, the wait for a lock aside, in which each look is bounded so.
///
/// **At a crash** of a process, its lease runs out after at most 30 s; until then other processes use the access token that
/// they have and cannot refresh. **At a crash of Redis** what survives is what its configuration lets survive, and a session
/// that rotates its refresh token wants all of it: a server that comes back with the last rotation forgotten has a spent
/// refresh token. So switch the append-only file on (`appendonly yes`), which outlives the process; with `appendfsync always` it
/// outlives the machine too. Do not let the key be evicted (`noeviction`, or one of the `volatile-` policies). After a
/// failover to a replica that lagged behind, one login may be needed.
///
/// Whoever can read the database can read the tokens: use a database and a user (ACL) of the session's own, TLS, or
/// [`Sealed`](crate::Sealed). The user needs `@hash`, `@scripting`, `@pubsub`, `get`, `set`, `del` and `exists` on these
/// names.
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use afresh::{Client, RedisStore};
///
/// let store = RedisStore::new("redis://cache.internal/", "afresh:alice")?;
/// let client = Client::builder("https://shop.example").store(store).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    /// Of the hash.
    name: String,
    lease: Duration,
    connection: Connection,
    notices: Notices,
}

impl RedisStore {
    /// Keeps the session under `name` in the Redis of `server`: a URL (`redis://user:password@host:6379/0`) or a
    /// `ConnectionInfo` of the crate `redis`, version 1. Have a name for each identity. Nothing is connected yet.
    ///
    /// `rediss://` wants one of the TLS features of the crate `redis` (`tokio-rustls-comp`, `tokio-native-tls-comp`), which
    /// your own `Cargo.toml` switches on.
    ///
    /// # Errors
    ///
    /// A URL that is none of Redis's. It is not quoted.
    pub fn new(server: impl IntoConnectionInfo, name: impl Into<String>) -> Result<Self, RedisError> {
        Ok(Self::with_client(Client::open(server)?, name))
    }

    /// As [`new`](Self::new), with a client that is set up already, with certificates of its own for instance.
    #[must_use]
    pub fn with_client(client: Client, name: impl Into<String>) -> Self {
        let name = name.into();
        let notices = Notices::new(client.clone(), format!("{{{name}}}:changed"));
        Self { inner: Arc::new(Inner { name, lease: LEASE, connection: Connection::new(client), notices }) }
    }

    /// How long somebody may hold the right to refresh. By default 30 s. It must be longer than a refresh may take, and all
    /// processes had better agree on it. Shorter than 1 ms is 1 ms.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        Arc::make_mut(&mut self.inner).lease = lease.max(Duration::from_millis(1));
        self
    }
}

impl Inner {
    fn lock(&self) -> Lock {
        let lock_name = format!("{{{}}}:lock", self.name);
        Lock { connection: self.connection.clone(), name: self.name.clone(), lock_name, lease: self.lease }
    }

    async fn load(&self) -> Result<Stored, BoxError> {
        let load = || scripts::LOAD.key(&*self.name);
        let (revision, record): (Option<u64>, Option<Vec<u8>>) = self.connection.run(load).await?;
        match (revision, record) {
            (Some(revision), Some(record)) => Ok(Stored { revision: Revision::new(revision), record }),
            // A lock was taken, and nothing ever stored.
            (None, None) => Ok(Stored::default()),
            _ => Err("the key holds half a session".into()),
        }
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let revision = swap.basis.next();
        let writer = connection::random_name();
        let swapped = self.connection.run::<bool>(|| {
            let mut script = scripts::SWAP.key(&*self.name);
            script.arg(swap.basis.number()).arg(revision.number()).arg(&*swap.record);
            script.arg(swap.fence.map(|fence| fence.to_string()).unwrap_or_default());
            script.arg(&*writer).arg(self.notices.channel());
            script
        });
        Ok(swapped.await?.then_some(revision))
    }
}

impl SessionStore for RedisStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        self.inner.load().await
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        self.inner.swap(swap).await
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        lock::wait(self.inner.lock()).await.map(Some)
    }

    async fn changed(&self, seen: Revision) {
        let look = || async { Ok(self.inner.load().await?.revision) };
        self.inner.notices.wait(seen, look).await;
    }

    /// By the key's name: which server it is, a copy of its data would say as well.
    async fn place(&self) -> Option<String> {
        Some(self.inner.name.clone())
    }
}

/// The server stays out: its URL may hold a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("name", &self.inner.name)
            .field("lease", &self.inner.lease)
            .finish_non_exhaustive()
    }
}
