//! [`Placement`] describes which request header carries the credential.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use crate::platform::messages::Request;
use crate::session::{Credential, Snapshot};

/// The header that carries the access token, and the authentication scheme that precedes the token.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) header: HeaderName,
    pub(crate) scheme: Scheme,
}

#[derive(Clone, Debug)]
pub(crate) enum Scheme {
    /// The token type, or `Bearer` if the server did not send a token type.
    OfToken,
    /// The header contains only the token, without a scheme.
    Bare,
    Named(Cow<'static, str>),
}

impl Placement {
    /// Creates a placement. The default header is `authorization`, and the default scheme is the token's scheme.
    pub(crate) fn new(header: Option<HeaderName>, scheme: Option<Cow<'static, str>>) -> Self {
        Self {
            header: header.unwrap_or(AUTHORIZATION),
            scheme: match scheme {
                None => Scheme::OfToken,
                Some(name) if name.is_empty() => Scheme::Bare,
                Some(name) => Scheme::Named(name),
            },
        }
    }

    /// Adds the session's credential and cookies to a request. The request must go to the client's own origin.
    pub(crate) fn apply(&self, snapshot: &Snapshot, request: &mut Request) {
        if let Some(value) = snapshot.credential().and_then(|credential| self.value(credential)) {
            request.headers_mut().insert(self.header.clone(), value);
        }
        if !snapshot.cookies.is_empty() {
            let url = request.url().clone();
            snapshot.cookies.apply(&url, request.headers_mut());
        }
    }

    fn value(&self, credential: &Credential) -> Option<HeaderValue> {
        match &self.scheme {
            Scheme::OfToken => credential.with_scheme(),
            Scheme::Bare => credential.bare(),
            Scheme::Named(scheme) => credential.behind(scheme),
        }
    }
}
