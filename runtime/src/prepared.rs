//! A request that can be made any number of times: [`Prepared`]. Nothing is encoded twice and no body is
//! copied for a second send that may never happen.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method};
use reqwest::Request;
use url::Url;

use crate::encode::{Content, Next};
use crate::error::Error;

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
pub(crate) struct Declared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// In a list, because a map is made for each send, and the first should not be a copy of another.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// That of the body, unless the headers name one.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: Content,
}

impl Declared {
    /// All but the body.
    fn head(&self) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if let Some(content_type) = self.content_type {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        }
        request
    }

    fn request(&mut self) -> Result<Option<Request>, Error> {
        let mut request = self.head();
        if self.body.is_nothing() && is_expected_to_have_a_body(&self.method) {
            request.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
        }
        match self.body.next()? {
            Next::NoBody => {}
            Next::Body(body) => *request.body_mut() = Some(body),
            Next::Multipart(parts) => return parts.put_into(request),
            Next::Spent => return Ok(None),
        }
        Ok(Some(request))
    }
}

impl Prepared {
    pub(crate) fn handmade(request: Request) -> Self {
        let url = request.url().clone();
        let replayable = request.try_clone().is_some();
        Self::Handmade(Box::new(Handmade { request: Some(request), replayable, url }))
    }

    /// The request for one more send; `None` if its body is spent.
    pub(crate) fn request(&mut self) -> Result<Option<Request>, Error> {
        match self {
            Self::Declared(declared) => declared.request(),
            Self::Handmade(made) if made.replayable => Ok(made.request.as_ref().and_then(Request::try_clone)),
            Self::Handmade(made) => Ok(made.request.take()),
        }
    }

    /// The same call with another URL; `None` if its body is spent by one.
    pub(crate) fn at(&mut self, url: &Url) -> Option<Self> {
        match self {
            Self::Declared(declared) => Some(Self::Declared(Declared {
                method: declared.method.clone(),
                url: url.clone(),
                headers: declared.headers.clone(),
                content_type: declared.content_type,
                body: declared.body.share()?,
            })),
            Self::Handmade(_) => None,
        }
    }

    /// The request as it is after a redirect that drops its body, and with it what describes the body.
    pub(crate) fn request_without_body(&mut self) -> Result<Option<Request>, Error> {
        let mut request = match self {
            Self::Declared(declared) => declared.head(),
            Self::Handmade(_) => match self.request()? {
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

    pub(crate) fn url(&self) -> &Url {
        match self {
            Self::Declared(declared) => &declared.url,
            Self::Handmade(made) => &made.url,
        }
    }

    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Declared(declared) => declared.method.clone(),
            Self::Handmade(made) => {
                made.request.as_ref().map_or(Method::GET, |request| request.method().clone())
            }
        }
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        match self {
            Self::Declared(declared) => {
                let own = declared.content_type.is_some() && *name == CONTENT_TYPE;
                own || declared.headers.iter().any(|(header, _)| header == name)
            }
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
