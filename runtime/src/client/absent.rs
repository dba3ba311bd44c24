//! Causes a compile error if browser code calls a blocking method of the `blocking` feature.

use std::future::Future;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::pending::Pending;
use crate::error::{Error, Result};
use crate::platform::absent::BlockedThreads;
use crate::response::byte_stream::ByteStream;
use crate::response::events::{Event, Events};
use crate::response::items::Items;
use crate::response::lines::Lines;
use crate::response::pages::Pages;
use crate::session::{Operation, SessionWrite};
use crate::trace;

#[doc(hidden)]
impl<R> Pending<R> {
    pub fn wait(self) -> R
    where
        for<'a> &'a Self: BlockedThreads,
    {
        (self.decode)(Err(cannot_block()), "", trace::undecodable)
    }
}

#[doc(hidden)]
impl<F, T, E> Operation<F>
where
    F: Future<Output = Result<T, E>>,
    E: From<Error>,
{
    pub fn wait(self) -> Result<T, E>
    where
        for<'a> &'a Self: BlockedThreads,
    {
        Err(cannot_block().into())
    }
}

#[doc(hidden)]
impl SessionWrite {
    pub fn wait(self) -> Result<()>
    where
        for<'a> &'a Self: BlockedThreads,
    {
        Err(cannot_block())
    }
}

macro_rules! waiting {
    ($([$($parameters:tt)*] $stream:ty => $item:ty),* $(,)?) => {$(
        #[doc(hidden)]
        impl $($parameters)* $stream {
            pub fn wait_next(&mut self) -> Option<Result<$item>>
            where
                for<'a> &'a Self: BlockedThreads,
            {
                None
            }
        }
    )*};
}

waiting! {
    [] ByteStream => Bytes,
    [<T: DeserializeOwned>] Lines<T> => T,
    [<T: DeserializeOwned>] Events<T> => Event<T>,
    [<T: DeserializeOwned>] Pages<T> => T,
    [<T: DeserializeOwned>] Items<T> => T,
}

fn cannot_block() -> Error {
    Error::request("a browser cannot block. Await the call instead")
}
