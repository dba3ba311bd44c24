//! Tests the locations that stores return. The runtime uses these locations to detect copied sessions.

use afresh::store::{KeyringStore, RedisStore, SealKey, Sealed, SessionStore};
use afresh::{FileStore, MemoryStore};

use crate::files::Folder;

/// R8: the location of a file store or keyring store is the path of its lock file. A store's location does not depend
/// on how its path is written.
#[tokio::test]
async fn the_location_of_a_store_with_a_lock_file_is_that_file() {
    let folder = Folder::new();
    let file = |name| FileStore::new(folder.0.join(name));
    let keyring = |user, lock| KeyringStore::new("a service", user, folder.0.join(lock));
    let one = file("one").place().await;
    assert!(one.is_some());
    assert_ne!(file("two").place().await, one);
    assert_eq!(keyring("ann", "one").place().await, one);
    assert_eq!(keyring("bob", "./one").place().await, one);
}

/// R8: the location of a Redis store is the store's Redis key.
#[tokio::test]
async fn the_location_of_a_redis_store_is_its_key() {
    let redis = |name| RedisStore::new("redis://127.0.0.1:1", name).unwrap();
    assert_eq!(redis("ann").place().await.as_deref(), Some("ann"));
    assert_ne!(redis("bob").place().await, redis("ann").place().await);
}

/// R8: a sealed store has the same location as its inner store.
#[tokio::test]
async fn the_location_of_a_sealed_store_is_that_of_the_inner_store() {
    let folder = Folder::new();
    let inner = FileStore::new(folder.0.join("session"));
    let sealed = Sealed::new(inner.clone(), SealKey::new([7; 32]));
    assert!(sealed.place().await.is_some());
    assert_eq!(sealed.place().await, inner.place().await);
    assert_eq!(Sealed::new(MemoryStore::new(), SealKey::new([7; 32])).place().await, None);
}
