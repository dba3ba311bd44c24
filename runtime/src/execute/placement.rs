//! Where a credential stands in a request: [`Placement`].

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use reqwest::Request;

use crate::session::{Credential, Snapshot};

/// The header that carries the access token, and what precedes the token in it.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) header: HeaderName,
    pub(crate) scheme: Scheme,
}

#[derive(Clone, Debug)]
pub(crate) enum Scheme {
    /// What the token's type says, `Bearer` if it says nothing.
    OfToken,
    /// Nothing.
    Bare,
    Named(Cow<'static, str>),
}

impl Placement {
    /// `None` in a part takes what is usual: `authorization`, and the scheme of the token.
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

    /// Puts the credential, and the cookies that belong to it, into a request to the origin that may see
    /// them.
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
