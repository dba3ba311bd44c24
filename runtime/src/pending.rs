//! A call under way: [`Pending`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::answer::Answer;
use crate::decode::Outcome;
use crate::error::Error;

pub(crate) type AnswerFuture = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

/// What makes the value of a method out of its answer, given the method's name.
pub(crate) type Decode<R> = fn(Result<Answer, Error>, &'static str) -> R;

/// A call that is sent when it is first polled. It owns its arguments: `tokio::spawn(shop.order(7))`
/// compiles although they were borrowed.
///
/// Cancel safe: dropping it stops the call, and never a refresh that others wait for.
#[must_use = "a call is sent only when it is awaited"]
pub struct Pending<R> {
    answer: AnswerFuture,
    method: &'static str,
    decode: Decode<R>,
}

impl<R> Pending<R> {
    pub(crate) fn new<Via>(answer: AnswerFuture, method: &'static str) -> Self
    where
        R: Outcome<Via>,
    {
        Self::with(answer, method, R::of)
    }

    pub(crate) fn with(answer: AnswerFuture, method: &'static str, decode: Decode<R>) -> Self {
        Self { answer, method, decode }
    }
}

impl<R> Future for Pending<R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let this = self.get_mut();
        this.answer.as_mut().poll(context).map(|answer| (this.decode)(answer, this.method))
    }
}

impl<R> fmt::Debug for Pending<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({})", self.method)
    }
}
