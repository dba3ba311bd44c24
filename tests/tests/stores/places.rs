//! What the stores that come along say of where they are: by it a copy is known.

use afresh::store::{KeyringStore, RedisStore, SealKey, Sealed, SessionStore};
use afresh::{FileStore, MemoryStore};

use crate::files::Folder;

/// R8: the file and the keyring by their lock file, which is no other for another name of the same folder.
#[tokio::test]
async fn a_store_with_a_lock_file_is_where_that_file_is() {
    let folder = Folder::new();
    let file = |name| FileStore::new(folder.0.join(name));
    let keyring = |user, lock| KeyringStore::new("a service", user, folder.0.join(lock));
    let one = file("one").place().await;
    assert!(one.is_some());
    assert_ne!(file("two").place().await, one);
    assert_eq!(keyring("ann", "one").place().await, one);
    assert_eq!(keyring("bob", "./one").place().await, one);
}

/// R8
#[tokio::test]
async fn a_store_in_redis_is_where_its_name_is() {
    let redis = |name| RedisStore::new("redis://127.0.0.1:1", name).unwrap();
    assert_eq!(redis("ann").place().await.as_deref(), Some("ann"));
    assert_ne!(redis("bob").place().await, redis("ann").place().await);
}

/// R8
#[tokio::test]
async fn a_sealed_store_is_where_the_store_in_it_is() {
    let folder = Folder::new();
    let inner = FileStore::new(folder.0.join("session"));
    let sealed = Sealed::new(inner.clone(), SealKey::new([7; 32]));
    assert!(sealed.place().await.is_some());
    assert_eq!(sealed.place().await, inner.place().await);
    assert_eq!(Sealed::new(MemoryStore::new(), SealKey::new([7; 32])).place().await, None);
}
