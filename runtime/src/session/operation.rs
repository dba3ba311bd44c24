//! Defines [`Operation`], which can be awaited or, with the `blocking` feature, run to completion with `wait`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// An operation on a session. An operation does nothing until it is awaited. With the `blocking` feature, you can
    /// call `wait` instead of awaiting an operation.
    #[must_use = "an operation begins only when it is awaited"]
    pub struct Operation<F> {
        #[pin]
        future: F,
    }
}

impl<F> Operation<F> {
    pub(crate) fn new(future: F) -> Self {
        Self { future }
    }
}

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
impl<F, T, E> Operation<F>
where
    F: Future<Output = Result<T, E>>,
    E: From<crate::error::Error>,
{
    /// Blocks the current thread until the operation is complete. See [`Pending::wait`](crate::Pending::wait).
    ///
    /// # Panics
    ///
    /// Panics in async code. Await the operation there.
    ///
    /// # Errors
    ///
    /// Returns an error if the operation fails.
    #[track_caller]
    pub fn wait(self) -> Result<T, E> {
        match crate::platform::background::block_on(self.future) {
            Ok(outcome) => outcome,
            Err(error) => Err(crate::error::Error::no_runtime(error).into()),
        }
    }
}

impl<F: Future> Future for Operation<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(context)
    }
}

impl<F> fmt::Debug for Operation<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operation")
    }
}
