//! The transports that a browser does not have: a use of them does not compile.

use crate::error::Result;
use crate::platform::absent::Sockets;

/// A browser opens no connections for a page, so a use of this type does not compile there.
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
