//! A store in memory: [`MemoryStore`].

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as Turn;

use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Keeps a session in memory. Clones are the same store, so clients built apart from each other can share a session
/// through one, and tests can look into what is stored. Without any store a session lives in memory too, at no cost.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    stored: Arc<Mutex<Stored>>,
    turn: Arc<Turn<()>>,
}

impl MemoryStore {
    /// An empty store.
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
