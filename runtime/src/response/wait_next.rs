//! Adds the blocking method `wait_next()` to all streams, for code that is not async.

use std::future::Future;

use serde::de::DeserializeOwned;

use super::byte_stream::ByteStream;
use super::events::{Event, Events};
use super::items::Items;
use super::lines::Lines;
use super::pages::Pages;
use crate::error::Error;
use crate::platform::background::block_on;

/// Blocks the current thread until `next` returns a result.
#[track_caller]
pub(crate) fn wait_next<T>(next: impl Future<Output = Option<Result<T, Error>>>) -> Option<Result<T, Error>> {
    block_on(next).unwrap_or_else(|error| Some(Err(Error::no_runtime(error))))
}

macro_rules! waiting {
    ($([$($parameters:tt)*] $stream:ty => $item:ty),* $(,)?) => {$(
        #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
        impl $($parameters)* $stream {
            /// Blocks the thread until [`next`](Self::next) is ready, and returns the result of [`next`](Self::next).
            /// See [`Pending::wait`](crate::Pending::wait).
            ///
            /// # Panics
            ///
            /// Panics in async code. In async code, await [`next`](Self::next) instead.
            #[track_caller]
            pub fn wait_next(&mut self) -> Option<Result<$item, Error>> {
                wait_next(self.next())
            }
        }
    )*};
}

waiting! {
    [] ByteStream => bytes::Bytes,
    [<T: DeserializeOwned>] Lines<T> => T,
    [<T: DeserializeOwned>] Events<T> => Event<T>,
    [<T: DeserializeOwned>] Pages<T> => T,
    [<T: DeserializeOwned>] Items<T> => T,
}
