//! Stores a session in Redis: [`RedisStore`]. Start with `scripts.rs`.

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

/// The default lease duration. A refresh never takes longer than the default lease.
const LEASE: Duration = Duration::from_secs(30);

/// Stores a session in Redis. Use a `RedisStore` for services that run on multiple machines. `RedisStore` requires the
/// `redis` feature and a server: Redis 6 or newer, Valkey, or another server that supports the Redis protocol and Lua.
///
/// The session is stored in a single Redis hash, whose key is the name of the store. The hash contains the record, the
/// revision, and the fencing number of the newest lock. During a refresh, Redis also contains the key `{<name>}:lock`,
/// which expires automatically. Changes are published to the channel `{<name>}:changed`. The names of the hash, the
/// lock and the channel would map to the same hash slot in a Redis cluster, but the store uses only one server. Apart
/// from the lock, the store never deletes its keys and never sets an expiration for them.
///
/// **Guarantees.** [`swap`](SessionStore::swap) is a single script: if two swaps start from the same revision, only one
/// succeeds. A swap with the fencing number of an older lock fails. The lock is a 30 s lease, measured by the server's
/// clock. A process that is suspended for longer than 30 s loses the lease. The next process gets a lease with a
/// greater fencing number, so swaps by the previous owner fail. A process releases only its own lease. Other processes
/// are notified of a change immediately. If a notification is lost, other processes find the change within 10 s.
///
/// A newly granted lease expires after 3 s unless its owner confirms it. If Redis grants the lock to a client that has
/// stopped waiting, other processes wait for only 3 s. If Redis does not respond to a release request, the client
/// repeats the request until the lease has expired.
///
/// **If a connection breaks,** the next operation opens a new connection. If an operation receives no response, the
/// store sends the operation once more. The store uses the repeated request to detect whether the first request
/// succeeded. Each operation takes at most 5 s, unless it waits for a lock. To wait for a lock, the store polls Redis,
/// and each poll takes at most 5 s.
///
/// **When a Tokio runtime shuts down,** for example at the end of a `main` with `#[tokio::main]`, its leases are
/// released immediately. If Redis does not respond, the shutdown is delayed by at most 1 s. The runtime of blocking
/// calls never shuts down.
///
/// **After a process crashes,** its lease expires within 30 s. Until the lease expires, other processes can use their
/// access tokens but cannot refresh the session. A process that is killed by a signal, or that calls
/// `std::process::exit`, also counts as crashed.
///
/// **After Redis crashes,** the remaining data depends on the Redis configuration. If Redis loses the write that
/// followed a refresh, the stored refresh token might already have been used. Use the append-only file (`appendonly
/// yes`), which survives a crash of the Redis process. With `appendfsync always`, the append-only file also survives a
/// crash of the machine. Configure Redis so that it does not evict the session's key (use `noeviction` or one of the
/// `volatile-` policies). After a failover to a replica with older data, the user might have to log in again.
///
/// All users with access to the database can read the tokens. To protect the tokens, use a separate database and user
/// (ACL), TLS, or [`Sealed`](crate::store::Sealed). The database user needs the permissions `@hash`, `@scripting`,
/// `@pubsub`, `get`, `set`, `del` and `exists` for the store's keys and channel.
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use afresh::store::RedisStore;
/// use afresh::Client;
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
    /// The name of the Redis hash.
    name: String,
    lease: Duration,
    connection: Connection,
    notices: Notices,
}

impl RedisStore {
    /// Creates a store for the session `name` in the Redis instance at `server`. `server` is a URL
    /// (`redis://user:password@host:6379/0`) or a `ConnectionInfo` from version 1 of the `redis` crate. Use a separate
    /// name for each user. `new` does not connect to the server.
    ///
    /// For `rediss://` URLs, enable a TLS feature of the `redis` crate (`tokio-rustls-comp` or `tokio-native-tls-comp`)
    /// in your own `Cargo.toml`.
    ///
    /// # Errors
    ///
    /// Returns an error if the URL is invalid. The error does not quote the URL.
    pub fn new(server: impl IntoConnectionInfo, name: impl Into<String>) -> Result<Self, RedisError> {
        Ok(Self::with_client(Client::open(server)?, name))
    }

    /// Creates a store like [`new`](Self::new), but with a Redis client that you have configured, for example with
    /// custom certificates.
    #[must_use]
    pub fn with_client(client: Client, name: impl Into<String>) -> Self {
        let name = name.into();
        let notices = Notices::new(client.clone(), format!("{{{name}}}:changed"));
        Self { inner: Arc::new(Inner { name, lease: LEASE, connection: Connection::new(client), notices }) }
    }

    /// Sets the lease duration, which is 30 s by default. The lease must last longer than the longest possible refresh.
    /// All processes should use the same lease duration. A duration below 1 ms is treated as 1 ms.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        Arc::make_mut(&mut self.inner).lease = lease.max(Duration::from_millis(1));
        self
    }
}

impl Inner {
    fn lock(&self) -> Lock {
        let key = format!("{{{}}}:lock", self.name);
        Lock { connection: self.connection.clone(), hash: self.name.clone(), key, lease: self.lease }
    }

    async fn load(&self) -> Result<Stored, BoxError> {
        let load = || scripts::LOAD.key(&*self.name);
        let (revision, record): (Option<u64>, Option<Vec<u8>>) = self.connection.run(load).await?;
        match (revision, record) {
            (Some(revision), Some(record)) => Ok(Stored { revision: Revision::new(revision), record }),
            // A process has acquired a lock, but no process has stored a record yet.
            (None, None) => Ok(Stored::default()),
            _ => Err("the session stored in Redis is incomplete".into()),
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

    /// Returns the name of the session's hash. The server's address is not part of the identifier, so a copy of the
    /// data on another server has the same identifier.
    async fn place(&self) -> Option<String> {
        Some(self.inner.name.clone())
    }
}

/// The `Debug` output omits the server, because the server's URL can contain a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("name", &self.inner.name)
            .field("lease", &self.inner.lease)
            .finish_non_exhaustive()
    }
}
