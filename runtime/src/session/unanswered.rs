//! [`UnansweredRefresh`] records that a refresh token has been sent and that no response has arrived yet. The session's
//! stamp is recorded before the request is sent and removed when the response arrives, so the stamp remains after an
//! aborted refresh.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Stamp;

/// The session's stamp at the time of the last refresh request that received no response. If the session has a store,
/// the stored intent also records the unanswered request.
#[derive(Debug, Default)]
pub(crate) struct UnansweredRefresh(Mutex<Option<Stamp>>);

impl UnansweredRefresh {
    /// Records that the refresh token for `stamp` is about to be sent. Returns whether an earlier request with this
    /// refresh token is still unanswered.
    pub(crate) fn sent(&self, stamp: Stamp) -> bool {
        self.lock().replace(stamp) == Some(stamp)
    }

    /// Whether a request with the refresh token for `stamp` is unanswered.
    pub(super) fn is_of(&self, stamp: Stamp) -> bool {
        *self.lock() == Some(stamp)
    }

    /// Records that the server has responded to the refresh, or that the request was never sent. A recorded stamp that
    /// differs from `stamp` is not removed.
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
