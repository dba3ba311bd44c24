//! An answer as it came out of whatever transport, its body still on the way: [`Response`].

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Version};
use url::Url;

use crate::error::Error;
#[cfg(feature = "hyper")]
use crate::transport::hyper::response::LeanResponse;

/// Of the two kinds there are, each as it came: to make one of the other costs more than the rest of a call.
///
/// Every step of a call hands it on, and has room for it while it waits: so the larger one is boxed.
pub(crate) enum Response {
    Reqwest(reqwest::Response),
    #[cfg(feature = "hyper")]
    Lean(Box<LeanResponse>),
}

/// The same of either.
macro_rules! either {
    ($response:expr, $inner:ident => $value:expr) => {
        match $response {
            Response::Reqwest($inner) => $value,
            #[cfg(feature = "hyper")]
            Response::Lean($inner) => $value,
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

    /// Where the answer came from, if the transport may have gone elsewhere by itself.
    #[cfg_attr(
        not(feature = "hyper"),
        expect(clippy::unnecessary_wraps, reason = "the lean transport does not")
    )]
    pub(crate) fn url(&self) -> Option<&Url> {
        match self {
            Self::Reqwest(response) => Some(response.url()),
            #[cfg(feature = "hyper")]
            Self::Lean(_) => None,
        }
    }

    /// Whether the answer sets cookies.
    pub(crate) fn sets_cookies(&self) -> bool {
        // Comparing the few names costs less than a hash.
        self.headers().keys().any(|name| name == SET_COOKIE)
    }

    /// The length of the body, if it is known.
    pub(crate) fn content_length(&self) -> Option<u64> {
        either!(self, response => response.content_length())
    }

    /// The next piece of the body. Cancel safe.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        match self {
            // Made anew for each poll: it holds nothing but the response.
            Self::Reqwest(response) => {
                pin!(response.chunk()).poll(context).map_err(|error| Error::transport(error.into()))
            }
            #[cfg(feature = "hyper")]
            Self::Lean(response) => {
                response.poll_chunk(context).map(Option::transpose).map_err(Error::transport)
            }
        }
    }

    /// As callers get it who read the body themselves.
    pub(crate) fn into_reqwest(self) -> reqwest::Response {
        match self {
            Self::Reqwest(response) => response,
            #[cfg(feature = "hyper")]
            Self::Lean(response) => response.into_reqwest(),
        }
    }
}

impl From<reqwest::Response> for Response {
    fn from(response: reqwest::Response) -> Self {
        Self::Reqwest(response)
    }
}

#[cfg(feature = "hyper")]
impl From<LeanResponse> for Response {
    fn from(response: LeanResponse) -> Self {
        Self::Lean(Box::new(response))
    }
}
