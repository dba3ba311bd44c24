//! Provides a `HyperTransport` that causes a compile error in browser builds.

use crate::error::Result;
use crate::platform::absent::Sockets;

/// A type that cannot be used in a browser, because a web page cannot open TCP connections. Code that uses this type in
/// a browser build does not compile.
#[derive(Clone, Debug)]
pub struct HyperTransport(());

impl HyperTransport {
    #[doc(hidden)]
    pub fn new() -> Result<Self>
    where
        for<'a> &'a Self: Sockets,
    {
        Ok(Self(()))
    }

    #[doc(hidden)]
    pub fn over<S: Sockets>(_: S) -> Self {
        Self(())
    }
}
