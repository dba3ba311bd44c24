//! Tests the store wrapper `Sealed` with an inner store whose records the test can read.

use afresh::MemoryStore;
use afresh::store::{SealKey, Sealed, SessionStore, Swap};
use afresh_tests::store_conformance::{Place, all};

struct InSealed(MemoryStore);

impl Place for InSealed {
    type Store = Sealed<MemoryStore>;

    fn open(&self) -> Self::Store {
        Sealed::new(self.0.clone(), SealKey::new([7; 32])).bound_to("alice")
    }

    /// Stores a record that is sealed for a different name, so that the store in this test cannot open it.
    async fn spoil(&self) -> bool {
        let other = Sealed::new(self.0.clone(), SealKey::new([7; 32])).bound_to("bob");
        let swap = Swap { basis: <_>::default(), record: b"bob's".to_vec(), fence: None };
        other.swap(swap).await.unwrap().is_some()
    }

    async fn is_spoilt(&self) -> bool {
        let other = Sealed::new(self.0.clone(), SealKey::new([7; 32])).bound_to("bob");
        other.load().await.unwrap().record == b"bob's"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealed_store_passes_all_checks() {
    all(|| InSealed(MemoryStore::new())).await;
}
