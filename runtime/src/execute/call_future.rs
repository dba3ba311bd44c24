//! [`CallFuture`] is the future of a call. The first poll of a [`CallFuture`] reuses the call's only allocation.

use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::options::CallOptions;
use crate::error::Error;
use crate::response::answer::Answer;

/// The call's options can be set before the first poll.
pub(crate) trait CallFuture: Future<Output = Result<Answer, Error>> {
    /// Returns the options of the call, or `None` after the first poll.
    fn options(self: Pin<&mut Self>) -> Option<&mut CallOptions>;
}

/// A boxed call. For a call without options, the box around the call is the only allocation.
pub(crate) type BoxedCall = Pin<Box<dyn CallFuture + Send>>;

/// Creates a call that starts when it is first polled. At the first poll, `begin` creates the future that sends `call`.
///
/// The concrete type of the returned call depends on `begin`, so that the future that `begin` creates can reuse the
/// call's allocation.
pub(crate) fn on_first_poll<C, F, B>(call: C, options: CallOptions, begin: B) -> BoxedCall
where
    C: Send + 'static,
    F: Future<Output = Result<Answer, Error>> + Send + 'static,
    B: FnOnce(C, CallOptions) -> F + Send + 'static,
{
    Box::pin(State::Unsent { call: Some((call, options, begin)) })
}

pub(crate) fn failed(error: Error) -> BoxedCall {
    on_first_poll(error, CallOptions::default(), |error, _| ready(Err(error)))
}

pin_project! {
    #[project = Projected]
    enum State<C, F, B> {
        Unsent { call: Option<(C, CallOptions, B)> },
        Running { #[pin] future: F },
    }
}

impl<C, F, B> Future for State<C, F, B>
where
    F: Future<Output = Result<Answer, Error>>,
    B: FnOnce(C, CallOptions) -> F,
{
    type Output = Result<Answer, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Projected::Unsent { call } = self.as_mut().project() {
            // `call` is `None` only if `begin` panicked. If such a future is polled again, it stays pending forever,
            // because another panic would hide the first one.
            let Some((call, options, begin)) = call.take() else { return Poll::Pending };
            let future = begin(call, options);
            self.as_mut().set(Self::Running { future });
        }
        match self.project() {
            Projected::Running { future } => future.poll(context),
            // The code above has replaced `Unsent`, so this arm is never used. It stays pending rather than panic.
            Projected::Unsent { .. } => Poll::Pending,
        }
    }
}

impl<C, F, B> CallFuture for State<C, F, B>
where
    F: Future<Output = Result<Answer, Error>>,
    B: FnOnce(C, CallOptions) -> F,
{
    fn options(self: Pin<&mut Self>) -> Option<&mut CallOptions> {
        match self.project() {
            Projected::Unsent { call } => call.as_mut().map(|(_, options, _)| options),
            Projected::Running { .. } => None,
        }
    }
}
