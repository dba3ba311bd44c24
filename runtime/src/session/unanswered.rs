//! Whether a refresh secret may be spent without its holder knowing: [`Doubt`]. It is set before the secret
//! is sent and dispelled by an answer, so that a refresh which is broken off leaves it set.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// Under which stamp a secret was presented and not answered. In memory, what a journal is on disk.
#[derive(Debug, Default)]
pub(crate) struct UnansweredRefresh(Mutex<Option<Stamp>>);

impl UnansweredRefresh {
    /// The secret of `stamp` is about to be sent. Whether it was in doubt already.
    pub(crate) fn sent(&self, stamp: Stamp) -> bool {
        self.lock().replace(stamp) == Some(stamp)
    }

    /// Whether nobody knows what became of the secret of `stamp`.
    pub(super) fn is_of(&self, stamp: Stamp) -> bool {
        *self.lock() == Some(stamp)
    }

    /// It was answered, or never left. A doubt of another stamp is none of its business.
    pub(crate) fn answered(&self, stamp: Stamp) {
        let mut doubt = self.lock();
        if *doubt == Some(stamp) {
            *doubt = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Stamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
