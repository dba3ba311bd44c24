//! Tests `MemoryStore` and the example store in the documentation of `SessionStore`.

use std::sync::{Arc, Mutex};

use afresh::MemoryStore;
use afresh::error::BoxError;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use afresh_tests::store_conformance::{Place, all};

struct InMemory(MemoryStore);

impl Place for InMemory {
    type Store = MemoryStore;

    fn open(&self) -> MemoryStore {
        self.0.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_store_passes_all_checks() {
    all(|| InMemory(MemoryStore::new())).await;
}

/// The example store in the documentation of `SessionStore`.
#[derive(Clone, Default)]
struct Variable {
    stored: Arc<Mutex<Stored>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl SessionStore for Variable {
    async fn load(&self) -> Result<Stored, BoxError> {
        Ok(self.stored.lock().unwrap().clone())
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let mut stored = self.stored.lock().unwrap();
        if stored.revision != swap.basis {
            return Ok(None);
        }
        *stored = Stored { revision: swap.basis.next(), record: swap.record };
        Ok(Some(stored.revision))
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        Ok(Some(StoreLock::new(self.lock.clone().lock_owned().await)))
    }
}

struct InVariable(Variable);

impl Place for InVariable {
    type Store = Variable;

    fn open(&self) -> Variable {
        self.0.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_of_the_documentation_passes_all_checks() {
    all(|| InVariable(Variable::default())).await;
}
