//! The future of a call: [`Pending`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Error;
use crate::response::answer::{Answer, AnswerFuture};
use crate::response::decode::Outcome;
use crate::trace;

/// Converts the answer of a method into its value. Takes the name of the method, and a function that records an error in
/// the trace.
pub(crate) type Decode<R> = fn(Result<Answer, Error>, &'static str, fn(&Error)) -> R;

/// A call that is sent when it is first polled. It owns its encoded arguments, so `tokio::spawn(shop.order(7))` compiles
/// even if the arguments were borrowed.
///
/// Cancel safe: dropping it stops the call, but not a refresh that other calls wait for.
#[must_use = "a call is sent only when it is awaited"]
pub struct Pending<R> {
    pub(crate) running: Running,
    pub(crate) decode: Decode<R>,
}

/// The part of a [`Pending`] that does not depend on the type. The generic part is compiled for each type in the user's
/// crate, so it is kept as small as possible.
pub(crate) struct Running {
    answer: AnswerFuture,
    method: &'static str,
}

impl<R> Pending<R> {
    pub(crate) fn new<Via>(answer: AnswerFuture, method: &'static str) -> Self
    where
        R: Outcome<Via>,
    {
        Self { running: Running::new(answer, method), decode: R::of }
    }
}

impl Running {
    pub(crate) fn new(answer: AnswerFuture, method: &'static str) -> Self {
        Self { answer, method }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        self.answer.as_mut().poll(context)
    }
}

impl<R> Future for Pending<R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let this = self.get_mut();
        match this.running.poll(context) {
            Poll::Ready(answer) => {
                Poll::Ready((this.decode)(answer, this.running.method, trace::undecodable))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<R> fmt::Debug for Pending<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({})", self.running.method)
    }
}
