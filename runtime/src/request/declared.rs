//! [`Declared`] is a request built from a method's declaration and arguments.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use http_body::Body as _;

use super::body::{Content, Next};
use crate::error::Error;
use crate::platform::messages::Request;
use crate::platform::url::Url;
use crate::transport::call_info::CallInfo;
use crate::transport::upstream::Upstream;

#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) verb: &'static str,
    /// The path, including the path of the base URL, and the query. The path is parsed into a new URL each time the
    /// request is sent, because a request owns its URL.
    pub(crate) path: String,
    /// An absolute URL that replaces the base URL and `path`.
    pub(crate) absolute_url: Option<Box<Url>>,
    /// The headers, kept as a list because a new header map is built from them each time the request is sent.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// A `content-type` header in `headers` takes precedence over this field.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: DeclaredBody,
    /// The description of the call, which the layers of a tower service can read.
    pub(crate) info: CallInfo,
}

pub(crate) enum DeclaredBody {
    Single(Content),
    Parts(Box<dyn PartsBody>),
}

/// A multipart body. A program without multipart bodies does not link the code for parts, because only `dyn PartsBody`
/// objects refer to that code.
pub(crate) trait PartsBody: Send + Sync {
    /// Returns whether the body can be sent more than once.
    fn is_replayable(&self) -> bool;

    /// Returns a copy of the parts for a new call, or `None` if a part can be sent only once.
    fn share(&self) -> Option<Box<dyn PartsBody>>;

    /// Returns `request` with the parts as its body, or `None` if a part is a stream that was already sent.
    fn attach_to(&mut self, request: Request) -> Result<Option<Request>, Error>;
}

impl Default for DeclaredBody {
    fn default() -> Self {
        Self::Single(Content::Empty)
    }
}

impl DeclaredBody {
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Single(content) => content.is_replayable(),
            Self::Parts(parts) => parts.is_replayable(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Single(content) => content.is_empty(),
            Self::Parts(_) => false,
        }
    }

    fn share(&self) -> Option<Self> {
        match self {
            Self::Single(content) => content.share().map(Self::Single),
            Self::Parts(parts) => parts.share().map(Self::Parts),
        }
    }
}

impl Declared {
    pub(super) fn method(&self) -> Result<Method, Error> {
        Method::from_bytes(self.verb.as_bytes())
            .map_err(|_| Error::request("the HTTP method is not valid. Change it in the trait"))
    }

    /// Returns the request without its body. `head` is inlined because moving a request is expensive.
    #[inline]
    pub(super) fn head(&self, upstream: &Upstream) -> Result<Request, Error> {
        let mut request = Request::new(self.method()?, self.url(upstream)?);
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if let Some(content_type) = self.content_type {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        if upstream.transport.is_service() {
            self.info.attach(&mut request);
        }
        Ok(request)
    }

    /// Returns the request to send to `upstream`, or `None` if the body is a stream that was already sent.
    #[inline]
    pub(crate) fn request(&mut self, upstream: &Upstream) -> Result<Option<Request>, Error> {
        let mut request = self.head(upstream)?;
        if self.body.is_empty() && usually_has_body(request.method()) {
            request.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
        }
        let content = match &mut self.body {
            DeclaredBody::Single(content) => content,
            DeclaredBody::Parts(parts) => return parts.attach_to(request),
        };
        match content.next()? {
            Next::Empty => {}
            Next::Body(body) => {
                // If the body consists of bytes, the transport adds the `content-length` header itself.
                if let (None, Some(length)) = (body.as_bytes(), body.size_hint().exact()) {
                    request.headers_mut().entry(CONTENT_LENGTH).or_insert(length.into());
                }
                *request.body_mut() = Some(body);
            }
            Next::AlreadySent => return Ok(None),
        }
        Ok(Some(request))
    }

    pub(super) fn share(&self) -> Option<Self> {
        Some(Self {
            verb: self.verb,
            path: self.path.clone(),
            absolute_url: self.absolute_url.clone(),
            headers: self.headers.clone(),
            content_type: self.content_type,
            body: self.body.share()?,
            info: self.info,
        })
    }

    /// Returns a copy of the request with a different URL, or `None` if its body can be sent only once.
    pub(super) fn with_url(&self, url: Url) -> Option<Self> {
        Some(Self {
            verb: self.verb,
            path: String::new(),
            absolute_url: Some(Box::new(url)),
            headers: self.headers.clone(),
            content_type: self.content_type,
            body: self.body.share()?,
            info: CallInfo { retries: 0, ..self.info },
        })
    }

    pub(crate) fn url(&self, upstream: &Upstream) -> Result<Url, Error> {
        match &self.absolute_url {
            None => {
                let url = upstream.url(&self.path);
                url.map_err(|error| {
                    Error::request("the request URL is not valid. Check the arguments").with_source(error)
                })
            }
            Some(url) => Ok(Url::clone(url)),
        }
    }

    /// Adds `headers` and removes every earlier header that has the same name as one of them.
    pub(crate) fn replace_headers(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        if headers.is_empty() {
            return;
        }
        self.headers.retain(|(known, _)| !headers.iter().any(|(name, _)| name == known));
        self.headers.extend(headers);
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        let own = self.content_type.is_some() && *name == CONTENT_TYPE;
        own || self.headers.iter().any(|(header, _)| header == name)
    }
}

/// Returns whether a request with this method must contain `content-length: 0` if the request has no body (RFC 9110
/// §8.6). Some servers respond with 411 if the `content-length` header is missing, and transports do not add the
/// header.
fn usually_has_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
