//! Remembers whether a refresh token was sent without a response: [`UnansweredRefresh`]. The mark is set before
//! the request and cleared by the response, so an aborted refresh leaves the mark set.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// The stamp of a refresh token that was sent without a response. A store keeps the intent of a refresh for the
/// same purpose.
#[derive(Debug, Default)]
pub(crate) struct UnansweredRefresh(Mutex<Option<Stamp>>);

impl UnansweredRefresh {
    /// Records that the refresh token of `stamp` is about to be sent. Returns whether an earlier request with this
    /// refresh token is unanswered.
    pub(crate) fn sent(&self, stamp: Stamp) -> bool {
        self.lock().replace(stamp) == Some(stamp)
    }

    /// Whether the request with the refresh token of `stamp` is unanswered.
    pub(super) fn is_of(&self, stamp: Stamp) -> bool {
        *self.lock() == Some(stamp)
    }

    /// Records that the server has answered the refresh, or that the request was never sent. A mark with another
    /// stamp stays.
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
