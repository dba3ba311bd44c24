//! Defines [`MemoryStore`], which stores a session in memory.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as Turn;

use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Stores a session in memory. Clones refer to the same store, so separately built clients can share a session, and
/// tests can read the stored record. A session without a store is also kept in memory, but without the overhead of a
/// store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    stored: Arc<Mutex<Stored>>,
    turn: Arc<Turn<()>>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl SessionStore for MemoryStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        Ok(self.stored.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if stored.revision != swap.basis {
            return Ok(None);
        }
        *stored = Stored { revision: swap.basis.next(), record: swap.record };
        Ok(Some(stored.revision))
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        Ok(Some(StoreLock::new(self.turn.clone().lock_owned().await)))
    }
}
