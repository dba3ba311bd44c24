//! Tests `RedisStore` with a real Redis server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use afresh::store::{RedisStore, Revision, SealKey, Sealed, SessionStore, Swap};
use afresh_tests::RedisServer;
use afresh_tests::store_conformance::{Place, all, an_expired_lock_cannot_store};
use redis::AsyncTypedCommands;
use tokio::time::{sleep, timeout};

struct InRedis {
    server: Arc<RedisServer>,
    name: String,
    lease: Duration,
}

impl InRedis {
    fn on(server: &Arc<RedisServer>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("afresh:{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self { server: server.clone(), name, lease: Duration::from_secs(30) }
    }

    fn leased(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    async fn client(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.server.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }
}

impl Place for InRedis {
    type Store = RedisStore;

    fn open(&self) -> RedisStore {
        RedisStore::new(self.server.url(), &self.name).unwrap().lease(self.lease)
    }

    async fn spoil(&self) -> bool {
        self.client().await.hset(&self.name, "carol", "her own").await.unwrap();
        true
    }

    async fn is_spoilt(&self) -> bool {
        let all = self.client().await.hgetall(&self.name).await.unwrap();
        all.len() == 1 && all["carol"] == "her own"
    }

    async fn stall(&self) -> bool {
        self.server.stall();
        true
    }

    async fn resume(&self) {
        self.server.resume();
    }

    /// Deletes the lock key, as Redis does when the lease expires.
    async fn outlast_the_lock(&self) -> bool {
        let lock = format!("{{{}}}:lock", self.name);
        assert_eq!(self.client().await.del(lock).await.unwrap(), 1, "the lock is held");
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_redis_store_passes_all_checks() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    all(|| InRedis::on(&server)).await;
}

struct SealedInRedis(InRedis);

impl Place for SealedInRedis {
    type Store = Sealed<RedisStore>;

    fn open(&self) -> Self::Store {
        Sealed::new(self.0.open(), SealKey::new([7; 32]))
    }

    async fn stall(&self) -> bool {
        self.0.stall().await
    }

    async fn resume(&self) {
        self.0.resume().await;
    }

    async fn outlast_the_lock(&self) -> bool {
        self.0.outlast_the_lock().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealed_redis_store_passes_all_checks() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    all(|| SealedInRedis(InRedis::on(&server))).await;
}

/// A Redis store for which the test waits until the lease expires instead of deleting the lock key.
struct Brief(InRedis);

impl Place for Brief {
    type Store = RedisStore;

    fn open(&self) -> RedisStore {
        self.0.open()
    }

    async fn outlast_the_lock(&self) -> bool {
        // When the lease expires, a waiting process acquires the lock.
        let waited = timeout(Duration::from_secs(10), self.open().lock()).await;
        drop(waited.expect("the lease expires").unwrap());
        true
    }
}

/// R3, R10: a process that was suspended for longer than its lease cannot overwrite newer data.
#[tokio::test]
async fn a_process_suspended_for_longer_than_its_lease_cannot_overwrite() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let place = Brief(InRedis::on(&server).leased(Duration::from_millis(1500)));
    an_expired_lock_cannot_store(&place).await;
}

/// R3: once a lease has expired on the server, the process that held the lease no longer treats it as valid.
#[tokio::test]
async fn a_holder_knows_when_its_lease_has_expired() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let place = InRedis::on(&server).leased(Duration::from_millis(600));
    let held = place.open().lock().await.unwrap().unwrap();
    assert!(!held.has_run_out());
    let next = timeout(Duration::from_secs(10), place.open().lock()).await.unwrap().unwrap();
    assert!(held.has_run_out() && next.is_some());
}

/// S7: if one of the store's two keys has an unexpected Redis type, the store returns an error and does not change the
/// key.
#[tokio::test]
async fn keys_of_another_type_are_errors_and_stay() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let place = InRedis::on(&server);
    let (store, mut client) = (place.open(), place.client().await);
    let lock = format!("{{{}}}:lock", place.name);
    client.set(&place.name, "a text").await.unwrap();
    assert!(store.load().await.is_err());
    assert!(store.lock().await.is_err());
    assert!(!client.exists(&lock).await.unwrap());
    assert_eq!(client.get(&place.name).await.unwrap().unwrap(), "a text");

    let place = InRedis::on(&server);
    let lock = format!("{{{}}}:lock", place.name);
    client.lpush(&lock, "a list").await.unwrap();
    assert!(place.open().lock().await.is_err());
    assert_eq!(client.llen(&lock).await.unwrap(), 1);
}

#[tokio::test]
async fn a_hash_with_a_wrong_field_is_an_error() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let place = InRedis::on(&server);
    let (store, mut client) = (place.open(), place.client().await);
    let swap = Swap { basis: Revision::default(), record: b"whole".to_vec(), fence: None };
    store.swap(swap).await.unwrap().unwrap();
    client.hset(&place.name, "revision", "seven").await.unwrap();
    assert!(store.load().await.is_err());
    client.hdel(&place.name, "revision").await.unwrap();
    assert!(store.load().await.is_err());
    client.hset_multiple(&place.name, &[("revision", "1"), ("afresh", "2")]).await.unwrap();
    assert!(store.load().await.is_err(), "the format of a later version is an error");
    client.hset_multiple(&place.name, &[("fence", "seven"), ("afresh", "1")]).await.unwrap();
    assert!(store.lock().await.is_err());
    assert!(!client.exists(format!("{{{}}}:lock", place.name)).await.unwrap());
}

#[tokio::test]
async fn sessions_of_different_identities_are_separate() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let (alice, bob) = (InRedis::on(&server).open(), InRedis::on(&server).open());
    let swap = Swap { basis: Revision::default(), record: b"alice".to_vec(), fence: None };
    let held = alice.lock().await.unwrap();
    alice.swap(swap).await.unwrap().unwrap();
    assert!(bob.load().await.unwrap().record.is_empty());
    assert!(timeout(Duration::from_secs(5), bob.lock()).await.unwrap().unwrap().is_some());
    drop(held);
}

#[tokio::test]
async fn a_change_is_reported_at_once() {
    let Some(server) = RedisServer::start().map(Arc::new) else { return };
    let place = InRedis::on(&server);
    let (one, other) = (place.open(), place.open());
    let mut basis = Revision::default();
    for _ in 0..3 {
        let changing = async {
            sleep(Duration::from_millis(200)).await;
            let swap = Swap { basis, record: b"new".to_vec(), fence: None };
            one.swap(swap).await.unwrap().unwrap()
        };
        // If the store polled Redis, reporting a change would take much longer than the test allows.
        let both = async { tokio::join!(other.changed(basis), changing).1 };
        basis = timeout(Duration::from_secs(5), both).await.expect("the change is reported");
    }
}

/// I16: neither the store's Debug output nor its errors contain the server's password.
#[test]
fn the_password_of_the_server_is_not_shown() {
    let store = RedisStore::new("redis://alice:s3cret@localhost/", "afresh:alice").unwrap();
    assert!(!format!("{store:?}").contains("s3cret"));
    let error = RedisStore::new("http://alice:s3cret@localhost/", "afresh:alice").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
}
