//! [`Deadline`] limits the duration of a call.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::plan::RejectionSlot;
use crate::error::{Error, Result};
use crate::platform::time::{Instant, Sleep, sleep_until};
use crate::response::answer::Answer;

/// A call's deadline, and a slot that stores the server's refusal of the call. If a call times out after the server has
/// refused the call, the error contains the refusal.
#[derive(Clone)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    slot: RejectionSlot,
}

impl Deadline {
    pub(crate) fn after(timeout: Option<Duration>) -> Option<Self> {
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout))?;
        Some(Self { at, slot: Some(Arc::default()) })
    }

    pub(crate) fn slot(&self) -> RejectionSlot {
        self.slot.clone()
    }

    fn error(&self) -> Error {
        let rejection = self.slot.as_ref().and_then(|slot| slot.get().cloned());
        Error::timeout().with_rejection_if(rejection)
    }
}

/// Ends `call` with a timeout error when the deadline passes. The duration of a call includes the time spent waiting
/// for a refresh, sending requests, waiting between attempts, and reading a body that is not streamed. If the server
/// refused the call before the deadline, the error contains the refusal.
#[inline]
pub(crate) fn within<F>(deadline: Option<Deadline>, call: F) -> Within<F> {
    Within {
        call,
        timer: deadline.map(|deadline| Timer { sleep: Box::pin(sleep_until(deadline.at)), deadline }),
    }
}

pin_project! {
    pub(crate) struct Within<F> {
        #[pin]
        call: F,
        timer: Option<Timer>,
    }
}

/// `sleep` is boxed so that a call without a deadline needs little memory.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    deadline: Deadline,
}

impl<F: Future<Output = Result<Answer>>> Future for Within<F> {
    type Output = Result<Answer>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(timer) = this.timer else { return this.call.poll(context) };
        // A call whose deadline has passed is not polled again, even if its response arrives at the same moment.
        if Instant::now() < timer.deadline.at {
            if let Poll::Ready(answer) = this.call.poll(context) {
                return Poll::Ready(answer);
            }
        }
        timer.sleep.as_mut().poll(context).map(|()| Err(timer.deadline.error()))
    }
}
