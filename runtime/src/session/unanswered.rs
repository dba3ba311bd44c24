//! Remembers whether a refresh token was sent without a response arriving: [`UnansweredRefresh`]. The mark is set
//! before the request is sent and cleared when the response arrives, so it stays set if the refresh is aborted.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// The stamp of a refresh token that was sent, but for which no response has arrived. With a store, the stored intent
/// of a refresh serves the same purpose.
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

    /// Records that the server has responded to the refresh, or that the request was never sent. If the mark is for a
    /// different stamp, it stays set.
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
