//! Whether a refresh token was sent and no response came: [`UnansweredRefresh`]. It is set before the request
//! and cleared by the response, so an aborted refresh leaves it set.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// The stamp under which a refresh token was sent and not answered. The store has the same information on
/// disk.
#[derive(Debug, Default)]
pub(crate) struct UnansweredRefresh(Mutex<Option<Stamp>>);

impl UnansweredRefresh {
    /// Call this before the refresh token of `stamp` is sent. Returns whether an earlier request with it is unanswered.
    pub(crate) fn sent(&self, stamp: Stamp) -> bool {
        self.lock().replace(stamp) == Some(stamp)
    }

    /// Whether the request with the refresh token of `stamp` is unanswered.
    pub(super) fn is_of(&self, stamp: Stamp) -> bool {
        *self.lock() == Some(stamp)
    }

    /// Records that the server has answered the refresh, or that the request was never sent. The mark of another stamp
    /// stays.
    pub(crate) fn answered(&self, stamp: Stamp) {
        let mut unanswered = self.lock();
        if *unanswered == Some(stamp) {
            *unanswered = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Stamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
