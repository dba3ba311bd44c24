//! What a browser lets a client choose. In a browser, this file replaces `builder_transport.rs`.

use super::api::Api;
use super::builder::ClientBuilder;
use crate::platform::absent::{OtherTransports, Runtimes};
use crate::transport::credentials::RequestCredentials;

/// # Transport
impl<C: Api> ClientBuilder<C> {
    /// Says to which origins the browser sends its cookies. It applies to every call of the client, with the refresh. Outside
    /// of a browser it has no effect. Default: [`SameOrigin`](RequestCredentials::SameOrigin).
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Not in a browser.
    #[doc(hidden)]
    pub fn http<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Not in a browser.
    #[doc(hidden)]
    pub fn http_builder<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Not in a browser.
    #[doc(hidden)]
    pub fn transport<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Not in a browser.
    #[doc(hidden)]
    pub fn runtime<R: Runtimes>(self, _: R) -> Self {
        self
    }
}
