//! [`Response`] is the response that a transport returns, before the body has been read.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Version};

use crate::error::Error;
use crate::platform::messages;
use crate::platform::url::Url;
#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
use crate::transport::hyper::response::HyperResponse;

/// A hyper response is not converted into a reqwest response, because the conversion would cost more than the rest of
/// the call.
///
/// The larger response type is boxed, because the future of a call contains several copies of this enum.
pub(crate) enum Response {
    Message(messages::Response),
    #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
    Hyper(Box<HyperResponse>),
}

/// Evaluates the same expression for both response types.
macro_rules! either {
    ($response:expr, $inner:ident => $value:expr) => {
        match $response {
            Response::Message($inner) => $value,
            #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
            Response::Hyper($inner) => $value,
        }
    };
}

impl Response {
    pub(crate) fn status(&self) -> StatusCode {
        either!(self, response => response.status())
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        either!(self, response => response.headers())
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        either!(self, response => response.headers_mut())
    }

    pub(crate) fn version(&self) -> Version {
        either!(self, response => response.version())
    }

    /// Returns the URL from which the response came, if the transport reports it.
    #[cfg_attr(
        not(feature = "hyper"),
        allow(clippy::unnecessary_wraps, reason = "`HyperTransport` has no URL")
    )]
    pub(crate) fn url(&self) -> Option<&Url> {
        match self {
            Self::Message(response) => messages::url_of(response),
            #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
            Self::Hyper(_) => None,
        }
    }

    pub(crate) fn sets_cookies(&self) -> bool {
        // A response has few headers, so comparing their names costs less than a hash lookup.
        self.headers().keys().any(|name| name == SET_COOKIE)
    }

    pub(crate) fn content_length(&self) -> Option<u64> {
        either!(self, response => response.content_length())
    }

    /// This function is cancel safe.
    pub(crate) fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Error>> + Send + '_ {
        poll_fn(|context| self.poll_chunk(context))
    }

    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        match self {
            // A new future can be created for each poll, because the future returned by `chunk` has no state.
            Self::Message(response) => {
                pin!(response.chunk()).poll(context).map_err(|error| Error::transport(error.into()))
            }
            #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
            Self::Hyper(response) => {
                response.poll_chunk(context).map(Option::transpose).map_err(Error::transport)
            }
        }
    }

    /// Converts the response for callers that read the body themselves.
    pub(crate) fn into_message(self) -> messages::Response {
        match self {
            Self::Message(response) => response,
            #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
            Self::Hyper(response) => response.into_reqwest(),
        }
    }
}

impl From<messages::Response> for Response {
    fn from(response: messages::Response) -> Self {
        Self::Message(response)
    }
}

#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
impl From<HyperResponse> for Response {
    fn from(response: HyperResponse) -> Self {
        Self::Hyper(Box::new(response))
    }
}
