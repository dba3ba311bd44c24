//! Records whether a refresh token was sent but no response has arrived: [`UnansweredRefresh`]. The mark is set before
//! the request is sent and cleared when the response arrives, so an aborted refresh leaves it set.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// The session's stamp at the time of a refresh request that has received no response. In a session with a store, the
/// stored intent serves the same purpose.
#[derive(Debug, Default)]
pub(crate) struct UnansweredRefresh(Mutex<Option<Stamp>>);

impl UnansweredRefresh {
    /// Records that the refresh token of `stamp` is about to be sent. Returns whether an earlier request with the same
    /// refresh token is unanswered.
    pub(crate) fn sent(&self, stamp: Stamp) -> bool {
        self.lock().replace(stamp) == Some(stamp)
    }

    /// Whether the request with the refresh token of `stamp` is unanswered.
    pub(super) fn is_of(&self, stamp: Stamp) -> bool {
        *self.lock() == Some(stamp)
    }

    /// Records that the server has responded to the refresh, or that the request was never sent. A mark for a different
    /// stamp stays set.
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
