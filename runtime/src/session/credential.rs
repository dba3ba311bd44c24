//! Defines [`Credential`]: a session's tokens, with their header values and lifetime.

use std::fmt;
use std::sync::OnceLock;

use http::HeaderValue;

use super::jwt;
use super::lifetime::{Age, Lifetime};
use super::tokens::Tokens;
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::time::Instant;

pub(crate) struct Credential {
    tokens: Tokens,
    headers: Option<TokenHeaders>,
    source: Source,
    received: Instant,
    /// The lifetime of the access token. If the lifetime is `None`, the access token is used until the server refuses
    /// it.
    term: Option<Lifetime>,
}

/// The header values of one access token. The header values are built once, so that each call clones a value instead of
/// formatting one.
struct TokenHeaders {
    bare: HeaderValue,
    with_scheme: HeaderValue,
    /// The header value with an authentication scheme that an API declares, cached on first use. Only one header value
    /// is cached, because few sessions use two authentication schemes.
    chosen: OnceLock<Option<HeaderValue>>,
}

/// How a credential was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    LoggedIn,
    /// The program set the credential, so the credential's age is unknown.
    Given,
    Refreshed,
}

impl Credential {
    pub(crate) fn new(tokens: Tokens, source: Source, now: Now, jitter: f64) -> Result<Self, Error> {
        let headers = TokenHeaders::of(&tokens)?;
        let said = tokens.lifetime.map(|lifetime| (lifetime, true));
        let hinted = || {
            let access = tokens.access.as_ref()?;
            let left = match source {
                Source::Given => jwt::remaining(access, now.wall),
                Source::LoggedIn | Source::Refreshed => jwt::lifetime(access, now.wall),
            };
            left.map(|left| (left, false))
        };
        let term = said.or_else(hinted).and_then(|(left, certain)| Lifetime::new(left, certain, now, jitter));
        Ok(Self { tokens, headers, source, received: now.ticks, term })
    }

    /// Creates a credential from a refresh response. Fields that the response omits are taken from `previous`. The
    /// response must contain an access token, except in a cookie session.
    pub(crate) fn refreshed(
        tokens: Tokens,
        previous: Option<&Tokens>,
        now: Now,
        jitter: f64,
    ) -> Result<Self, Error> {
        if tokens.access_token().is_none_or(|access| access.secret().is_empty()) && !tokens.by_cookie {
            return Err(Error::new(
                Kind::Refresh,
                "the refresh response has no access token. Check the return type of the refresh method",
            ));
        }
        let tokens = match previous {
            Some(previous) => tokens.completed_by(previous),
            None => tokens,
        };
        Self::new(tokens, Source::Refreshed, now, jitter)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Returns this credential with the refresh token from `newer`. A refresh that returns the current access token
    /// again can still rotate the refresh token.
    pub(crate) fn with_refresh_of(&self, newer: &Tokens) -> Self {
        let tokens = Tokens {
            refresh: newer.refresh.clone().or_else(|| self.tokens.refresh.clone()),
            login_end: newer.login_end.clone().or(&self.tokens.login_end),
            ..self.tokens.clone()
        };
        Self { tokens, headers: self.headers.clone(), ..*self }
    }

    pub(crate) fn is_usable(&self) -> bool {
        self.headers.is_some() || self.tokens.by_cookie
    }

    pub(crate) fn source(&self) -> Source {
        self.source
    }

    pub(crate) fn received(&self) -> Instant {
        self.received
    }

    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.term.is_some_and(|term| term.is_expired(now))
    }

    pub(crate) fn age(&self, now: impl FnOnce() -> Now, once: bool) -> Age {
        self.term.map_or(Age::Fresh, |term| term.age(now(), once))
    }

    pub(crate) fn refresh_at(&self) -> Option<Instant> {
        self.term.map(|term| term.refresh_at())
    }

    /// Returns a header value that contains only the access token, without a scheme.
    pub(crate) fn bare(&self) -> Option<HeaderValue> {
        self.headers.as_ref().map(|headers| headers.bare.clone())
    }

    /// Returns a header value with a scheme and the access token. The scheme is the token type, or `Bearer` if the
    /// token type is not a registered scheme (RFC 6750 §2.1).
    pub(crate) fn with_scheme(&self) -> Option<HeaderValue> {
        self.headers.as_ref().map(|headers| headers.with_scheme.clone())
    }

    pub(crate) fn behind(&self, scheme: &str) -> Option<HeaderValue> {
        let (headers, access) = (self.headers.as_ref()?, self.tokens.access.as_ref()?);
        let make = || header_value(scheme, access.secret()).ok();
        let chosen = || headers.chosen.get_or_init(make).as_ref();
        let known = Some(&headers.with_scheme).filter(|value| is_behind(value, scheme));
        known.or_else(|| chosen().filter(|value| is_behind(value, scheme))).cloned().or_else(make)
    }
}

impl TokenHeaders {
    fn of(tokens: &Tokens) -> Result<Option<Self>, Error> {
        let Some(access) = &tokens.access else {
            return Ok(None);
        };
        if access.secret().is_empty() {
            return Err(Error::request("the access token is empty. Check where the token comes from"));
        }
        let scheme = tokens.token_type.as_deref().and_then(registered_scheme).unwrap_or("Bearer");
        Ok(Some(Self {
            bare: header_value("", access.secret())?,
            with_scheme: header_value(scheme, access.secret())?,
            chosen: OnceLock::new(),
        }))
    }
}

impl Clone for TokenHeaders {
    fn clone(&self) -> Self {
        let Self { bare, with_scheme, chosen } = self;
        Self { bare: bare.clone(), with_scheme: with_scheme.clone(), chosen: chosen.clone() }
    }
}

fn is_behind(value: &HeaderValue, scheme: &str) -> bool {
    value.as_bytes().strip_prefix(scheme.as_bytes()).is_some_and(|min_age| min_age.first() == Some(&b' '))
}

/// Returns the header value `scheme secret`, or only the secret if the scheme is empty. The header value is marked as
/// sensitive, so that HTTP libraries neither log it nor add it to a compression table.
fn header_value(scheme: &str, secret: &str) -> Result<HeaderValue, Error> {
    let value = if scheme.is_empty() {
        HeaderValue::try_from(secret)
    } else {
        HeaderValue::try_from(format!("{scheme} {secret}"))
    };
    let mut value = value.map_err(|_| {
        Error::request(
            "the access token contains a character that is not allowed in a header. Check where the token comes from",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The authentication schemes registered with IANA, in the registry's spelling (RFC 9110 §16.4.1).
const SCHEMES: [&str; 14] = [
    "Basic",
    "Bearer",
    "Concealed",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
];

/// Returns the registered authentication scheme whose name is `token_type`, ignoring case. Some servers send token
/// types, such as `bot` or `user`, that are not schemes.
fn registered_scheme(token_type: &str) -> Option<&'static str> {
    SCHEMES.into_iter().find(|scheme| scheme.eq_ignore_ascii_case(token_type))
}

/// Whether `name` is a syntactically valid authentication scheme (a `token` in RFC 9110 §5.6.2).
pub(crate) fn is_scheme(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("tokens", &self.tokens)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// W12: only a registered scheme replaces `Bearer`.
    #[test]
    fn only_a_registered_scheme_replaces_bearer() {
        let header = |token_type: &str| {
            let tokens = Tokens::new("a").with_token_type(token_type);
            let credential = Credential::new(tokens, Source::Given, Now::read(), 0.0).unwrap();
            credential.with_scheme().unwrap().to_str().unwrap().to_owned()
        };
        for none in ["bot", "user", "access_token", "token", "JWT", "bearer", "BEARER", "", "two words", "é"]
        {
            assert_eq!(header(none), "Bearer a", "{none}");
        }
        assert_eq!(header("dpop"), "DPoP a");
        assert_eq!(header("Basic"), "Basic a");
        assert_eq!(header("oauth"), "OAuth a");
    }
}
