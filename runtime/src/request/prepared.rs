//! [`Prepared`] is a request that can be sent again. Arguments are encoded once, and bodies are not copied for a
//! possible second send.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method};

use super::declared::Declared;
use crate::error::Error;
use crate::platform::NotInBrowser;
use crate::platform::messages::Request;
use crate::platform::url::Url;
use crate::transport::call_info::CallInfo;
use crate::transport::upstream::Upstream;

pub(crate) enum Prepared {
    /// A request that a generated client makes. The request stays in the box into which its arguments were written, so
    /// that moving the call is cheap.
    Declared(Box<Declared>),
    /// A request that was passed to [`Client::execute`](crate::Client::execute). The request is boxed, because it is
    /// large and hand-written requests are rare.
    HandWritten(NotInBrowser<HandWrittenRequest>),
}

/// A hand-written request is cloned for each send, so that the original is available for a second send.
pub(crate) struct HandWrittenRequest {
    request: Option<Request>,
    replayable: bool,
    url: Url,
    info: CallInfo,
}

impl Prepared {
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn hand_written(request: Request) -> Self {
        let url = request.url().clone();
        let replayable = request.try_clone().is_some();
        Self::HandWritten(Box::new(HandWrittenRequest {
            request: Some(request),
            replayable,
            url,
            info: CallInfo::default(),
        }))
    }

    #[inline]
    pub(crate) fn request(&mut self, upstream: &Upstream) -> Result<Option<Request>, Error> {
        match self {
            Self::Declared(declared) => declared.request(upstream),
            Self::HandWritten(written) => {
                let mut request = if written.replayable {
                    written.request.as_ref().and_then(Request::try_clone)
                } else {
                    written.request.take()
                };
                if let Some(request) = request.as_mut().filter(|_| upstream.transport.is_service()) {
                    written.info.attach(request);
                }
                Ok(request)
            }
        }
    }

    /// Returns the request for a redirect that drops the body, without the headers that describe the body.
    pub(crate) fn request_without_body(&mut self, upstream: &Upstream) -> Result<Option<Request>, Error> {
        let mut request = match self {
            Self::Declared(declared) => declared.head(upstream)?,
            Self::HandWritten(_) => match self.request(upstream)? {
                Some(request) => request,
                None => return Ok(None),
            },
        };
        *request.body_mut() = None;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
            request.headers_mut().remove(name);
        }
        Ok(Some(request))
    }

    /// Returns whether the request has a body, even if the body was already sent.
    pub(crate) fn has_body(&self) -> bool {
        match self {
            Self::Declared(declared) => !declared.body.is_empty(),
            // If `written.request` is `None`, the request was already sent, and its body could be sent only once.
            Self::HandWritten(written) => written.request.as_ref().is_none_or(|request| {
                request.body().is_some_and(|body| body.as_bytes().is_none_or(|bytes| !bytes.is_empty()))
            }),
        }
    }

    pub(crate) fn url(&self, upstream: &Upstream) -> Result<Cow<'_, Url>, Error> {
        match self {
            Self::Declared(declared) => declared.url(upstream).map(Cow::Owned),
            Self::HandWritten(written) => Ok(Cow::Borrowed(&written.url)),
        }
    }

    /// Returns whether the request goes to the origin of `upstream`.
    pub(crate) fn is_own(&self, upstream: &Upstream) -> bool {
        match self {
            // The URL is built from the base URL, so its origin does not depend on the path.
            Self::Declared(declared) if declared.absolute_url.is_none() => true,
            _ => self.url(upstream).is_ok_and(|url| upstream.is_own(&url)),
        }
    }

    pub(crate) fn with_url(&self, url: Url) -> Option<Self> {
        match self {
            Self::Declared(declared) => declared.with_url(url).map(Box::new).map(Self::Declared),
            Self::HandWritten(_) => None,
        }
    }

    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Declared(declared) => declared.method().unwrap_or_default(),
            Self::HandWritten(written) => {
                written.request.as_ref().map_or(Method::GET, |request| request.method().clone())
            }
        }
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        match self {
            Self::Declared(declared) => declared.has_header(name),
            Self::HandWritten(written) => {
                written.request.as_ref().is_some_and(|request| request.headers().contains_key(name))
            }
        }
    }

    /// Sets the number of attempts that preceded the current attempt.
    pub(crate) fn set_retries(&mut self, retries: u32) {
        match self {
            Self::Declared(declared) => declared.info.retries = retries,
            Self::HandWritten(written) => written.info.retries = retries,
        }
    }

    pub(crate) fn replace_headers(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        match self {
            Self::Declared(declared) => declared.replace_headers(headers),
            Self::HandWritten(written) => {
                let Some(request) = &mut written.request else { return };
                for (name, _) in &headers {
                    request.headers_mut().remove(name);
                }
                for (name, value) in headers {
                    request.headers_mut().append(name, value);
                }
            }
        }
    }

    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Declared(declared) => declared.body.is_replayable(),
            Self::HandWritten(written) => written.replayable,
        }
    }
}
