//! The builder's transport settings for browser builds. In a browser build, this file replaces `builder_transport.rs`.

use super::api::Api;
use super::builder::ClientBuilder;
use crate::platform::absent::{OtherTransports, Runtimes};
use crate::transport::credentials::RequestCredentials;

/// # Transport
impl<C: Api> ClientBuilder<C> {
    /// Controls which origins the browser sends cookies to. `credentials` applies to all of the client's requests,
    /// including refreshes. `credentials` has no effect outside a browser. Default:
    /// [`SameOrigin`](RequestCredentials::SameOrigin).
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Rejects calls to this method at compile time, because browser builds do not support it.
    #[doc(hidden)]
    pub fn http<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Rejects calls to this method at compile time, because browser builds do not support it.
    #[doc(hidden)]
    pub fn http_builder<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Rejects calls to this method at compile time, because browser builds do not support it.
    #[doc(hidden)]
    pub fn transport<T: OtherTransports>(self, _: T) -> Self {
        self
    }

    /// Rejects calls to this method at compile time, because browser builds do not support it.
    #[doc(hidden)]
    pub fn runtime<R: Runtimes>(self, _: R) -> Self {
        self
    }
}
