//! The deadline of a call: [`within`].

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::plan::RejectionSlot;
use crate::error::{Error, Kind};
use crate::response::answer::AnswerFuture;

/// Ends `call` after `timeout`. The deadline covers waiting for a refresh, both sends, and the body unless it is
/// streamed. The error holds the refusal that the call got before, if any.
pub(crate) fn within(timeout: Option<Duration>, slot: RejectionSlot, mut call: AnswerFuture) -> AnswerFuture {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let Some(deadline) = deadline else { return call };
    Box::pin(async move {
        // After the deadline, the call is not polled again, even if it was woken at the same time.
        let in_time =
            poll_fn(|cx| if Instant::now() < deadline { call.as_mut().poll(cx) } else { Poll::Pending });
        timeout_at(deadline, in_time).await.unwrap_or_else(|elapsed| {
            let error = Error::new(
                Kind::Timeout,
                "the call took longer than its time-out. Try again later, or allow more time",
            );
            let rejection = slot.as_ref().and_then(|slot| slot.get().cloned());
            Err(error.with_source(elapsed).with_rejection_if(rejection))
        })
    })
}
