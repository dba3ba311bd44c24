//! Causes a compile error if code for a browser sets a reqwest client for OAuth, or uses a login that listens for the
//! redirect.

use super::grants::{ClientCredentials, RefreshTokenGrant};
use crate::platform::absent::OtherTransports;

#[cfg(feature = "login")]
pub use self::login::{Browser, Opened};

#[doc(hidden)]
impl RefreshTokenGrant {
    pub fn http<T: OtherTransports>(self, _: T) -> Self {
        self
    }
}

#[doc(hidden)]
impl ClientCredentials {
    pub fn http<T: OtherTransports>(self, _: T) -> Self {
        self
    }
}

#[cfg(feature = "login")]
mod login {
    use std::marker::PhantomData;

    #[cfg(feature = "blocking")]
    use crate::error::{Error, Result};
    use crate::oauth2::app::App;
    use crate::oauth2::discovery::Discovery;
    use crate::oauth2::server::Server;
    #[cfg(feature = "blocking")]
    use crate::platform::absent::BlockedThreads;
    use crate::platform::absent::{Listeners, OtherTransports};

    #[doc(hidden)]
    impl App {
        pub fn browser(&self)
        where
            for<'a> &'a Self: Listeners,
        {
        }
    }

    #[doc(hidden)]
    impl Server {
        pub fn http<T: OtherTransports>(self, _: T) -> Self {
            self
        }
    }

    #[doc(hidden)]
    impl Discovery {
        pub fn http<T: OtherTransports>(self, _: T) -> Self {
            self
        }

        #[cfg(feature = "blocking")]
        pub fn wait(self) -> Result<Server>
        where
            for<'a> &'a Self: BlockedThreads,
        {
            Err(Error::request("a browser cannot block. Await the call instead"))
        }
    }

    /// A web page cannot listen for the response to a login, so code that names `Browser` does not compile for a
    /// browser. The default of the type parameter `P` depends on `A`, so the compiler does not check the default before
    /// code uses `Browser`.
    #[derive(Debug)]
    pub struct Browser<A = (), P: Listeners = PhantomData<A>>(PhantomData<(A, P)>);

    /// A web page cannot listen for the response to a login, so code that implements `Opened` does not compile for a
    /// browser.
    pub trait Opened: Listeners {}
}
