//! Causes a compile error if a program uses a transport that browser builds do not support.

use crate::error::Result;
use crate::platform::absent::Sockets;

/// A type that cannot be used in a browser, because a browser does not open connections on behalf of a page. Code that
/// uses this type does not compile.
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
