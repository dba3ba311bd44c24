//! A request that can be made any number of times: [`Prepared`]. Nothing is encoded twice and no body is
//! copied for a second send that may never happen.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method};
use reqwest::Request;
use url::Url;

use super::body::{Content, Next};
use super::multipart::Multipart;
use crate::error::Error;
use crate::transport::upstream::Wire;

pub(crate) enum Prepared {
    /// From a method's declaration and arguments.
    Declared(Declared),
    /// From the user's own hands. Boxed, so that other calls do not carry the room for it.
    Handmade(Box<Handmade>),
}

/// Cloned for a first send, so that everything in it is there again for a second.
pub(crate) struct Handmade {
    request: Option<Request>,
    replayable: bool,
    url: Url,
}

/// What a declaration and its arguments come to.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) verb: &'static str,
    /// Path and query, that of the base URL included. A URL is made of it for each send, because a request takes
    /// its URL along.
    pub(crate) path: String,
    /// In its place, a whole URL.
    pub(crate) elsewhere: Option<Box<Url>>,
    /// In a list, because a map is made for each send, and the first should not be a copy of another.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// That of the body, unless the headers name one.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: DeclaredBody,
}

/// The body of a declared call.
pub(crate) enum DeclaredBody {
    Single(Content),
    Multipart(Multipart),
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
            Self::Multipart(parts) => parts.is_replayable(),
        }
    }

    /// Whether the body is known to be empty, without a look at a file.
    fn is_empty(&self) -> bool {
        match self {
            Self::Single(content) => content.is_empty(),
            Self::Multipart(_) => false,
        }
    }

    /// The same body for another call; `None` if it can be sent only once or is made of parts.
    fn share(&self) -> Option<Self> {
        match self {
            Self::Single(content) => content.share().map(Self::Single),
            Self::Multipart(_) => None,
        }
    }
}

impl Declared {
    fn method(&self) -> Result<Method, Error> {
        Method::from_bytes(self.verb.as_bytes()).map_err(|_| Error::request("no such HTTP method"))
    }

    /// All but the body.
    fn head(&self, wire: &Wire) -> Result<Request, Error> {
        let mut request = Request::new(self.method()?, self.url(wire)?);
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if let Some(content_type) = self.content_type {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        Ok(request)
    }

    /// The request for one more send over `wire`; `None` if its body is spent.
    pub(crate) fn request(&mut self, wire: &Wire) -> Result<Option<Request>, Error> {
        let mut request = self.head(wire)?;
        if self.body.is_empty() && is_expected_to_have_a_body(request.method()) {
            request.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
        }
        let content = match &mut self.body {
            DeclaredBody::Single(content) => content,
            DeclaredBody::Multipart(parts) => return parts.put_into(request),
        };
        match content.next()? {
            Next::Empty => {}
            Next::Body(body) => *request.body_mut() = Some(body),
            Next::AlreadySent => return Ok(None),
        }
        Ok(Some(request))
    }

    /// The same call with another URL; `None` if its body is spent by one.
    pub(crate) fn at(&self, url: Url) -> Option<Self> {
        Some(Self {
            verb: self.verb,
            path: String::new(),
            elsewhere: Some(Box::new(url)),
            headers: self.headers.clone(),
            content_type: self.content_type,
            body: self.body.share()?,
        })
    }

    pub(crate) fn url(&self, wire: &Wire) -> Result<Url, Error> {
        match &self.elsewhere {
            None => {
                let url = wire.url(&self.path);
                url.map_err(|error| Error::request("no URL can be made").with_source(error))
            }
            Some(url) => Ok(Url::clone(url)),
        }
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        let own = self.content_type.is_some() && *name == CONTENT_TYPE;
        own || self.headers.iter().any(|(header, _)| header == name)
    }
}

impl Prepared {
    pub(crate) fn handmade(request: Request) -> Self {
        let url = request.url().clone();
        let replayable = request.try_clone().is_some();
        Self::Handmade(Box::new(Handmade { request: Some(request), replayable, url }))
    }

    /// The request for one more send over `wire`; `None` if its body is spent.
    pub(crate) fn request(&mut self, wire: &Wire) -> Result<Option<Request>, Error> {
        match self {
            Self::Declared(declared) => declared.request(wire),
            Self::Handmade(made) if made.replayable => Ok(made.request.as_ref().and_then(Request::try_clone)),
            Self::Handmade(made) => Ok(made.request.take()),
        }
    }

    /// The request as it is after a redirect that drops its body, and with it what describes the body.
    pub(crate) fn request_without_body(&mut self, wire: &Wire) -> Result<Option<Request>, Error> {
        let mut request = match self {
            Self::Declared(declared) => declared.head(wire)?,
            Self::Handmade(_) => match self.request(wire)? {
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

    pub(crate) fn url(&self, wire: &Wire) -> Result<Cow<'_, Url>, Error> {
        match self {
            Self::Declared(declared) => declared.url(wire).map(Cow::Owned),
            Self::Handmade(made) => Ok(Cow::Borrowed(&made.url)),
        }
    }

    /// The same call with another URL; `None` if its body is spent by one.
    pub(crate) fn at(&self, url: Url) -> Option<Self> {
        match self {
            Self::Declared(declared) => declared.at(url).map(Self::Declared),
            Self::Handmade(_) => None,
        }
    }

    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Declared(declared) => declared.method().unwrap_or_default(),
            Self::Handmade(made) => {
                made.request.as_ref().map_or(Method::GET, |request| request.method().clone())
            }
        }
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        match self {
            Self::Declared(declared) => declared.has_header(name),
            Self::Handmade(made) => {
                made.request.as_ref().is_some_and(|request| request.headers().contains_key(name))
            }
        }
    }

    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Declared(declared) => declared.body.is_replayable(),
            Self::Handmade(made) => made.replayable,
        }
    }
}

/// Such a request says that it has no body (RFC 9110 §8.6): some servers refuse one that leaves it open, with
/// 411, and no transport knows better.
fn is_expected_to_have_a_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}
