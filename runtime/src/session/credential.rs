//! One published credential: tokens, the header values made of them once, and what the clock says of them.

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use tokio::time::Instant;

use super::tokens::Tokens;
use crate::error::{Error, Kind};

/// Longest time before the expiry at which a refresh starts in the background.
const MARGIN: Duration = Duration::from_secs(30);

pub(crate) struct Credential {
    tokens: Tokens,
    headers: Option<TokenHeaders>,
    minted: Minted,
    received: Instant,
    expires: Option<Instant>,
    renew: Option<Instant>,
}

/// Made once, so that a call clones a reference count instead of formatting a header.
struct TokenHeaders {
    bare: HeaderValue,
    with_scheme: HeaderValue,
}

/// Where a credential came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Minted {
    /// By a login, or given by the user.
    Given,
    /// By a refresh.
    Refreshed,
}

impl Credential {
    /// `roll` in `0.0..1.0` spreads the renewal of many clients that logged in together.
    pub(crate) fn new(tokens: Tokens, minted: Minted, now: Instant, roll: f64) -> Result<Self, Error> {
        let headers = TokenHeaders::of(&tokens)?;
        let expires = tokens.lifetime.and_then(|lifetime| now.checked_add(lifetime));
        let renew = expires.zip(tokens.lifetime).and_then(|(expires, lifetime)| {
            let margin = MARGIN.min(lifetime / 5).mul_f64(1.0 + 0.2 * roll.clamp(0.0, 1.0));
            expires.checked_sub(margin)
        });
        Ok(Self { tokens, headers, minted, received: now, expires, renew })
    }

    /// What a refresh brought, completed by what it left out. It must bring an access token.
    pub(crate) fn renewed(
        tokens: Tokens,
        previous: Option<&Tokens>,
        now: Instant,
        roll: f64,
    ) -> Result<Self, Error> {
        if tokens.access().is_none() {
            return Err(Error::new(Kind::Refresh, "the refresh brought no access token"));
        }
        let tokens = match previous {
            Some(previous) => tokens.completed_by(previous),
            None => tokens,
        };
        Self::new(tokens, Minted::Refreshed, now, roll)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The same access token beside other secrets: a refresh that brought no new access token may still
    /// have rotated its own.
    pub(crate) fn with_refresh_of(&self, newer: &Tokens) -> Self {
        let tokens = Tokens {
            refresh: newer.refresh.clone().or_else(|| self.tokens.refresh.clone()),
            ..self.tokens.clone()
        };
        Self { tokens, headers: self.headers.clone(), ..*self }
    }

    pub(crate) fn has_access(&self) -> bool {
        self.headers.is_some()
    }

    pub(crate) fn minted(&self) -> Minted {
        self.minted
    }

    pub(crate) fn received(&self) -> Instant {
        self.received
    }

    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    pub(crate) fn wants_renewal(&self, now: Instant) -> bool {
        self.renew.is_some_and(|renew| now >= renew)
    }

    pub(crate) fn has_clock(&self) -> bool {
        self.expires.is_some()
    }

    /// The access token alone.
    pub(crate) fn bare(&self) -> Option<HeaderValue> {
        self.headers.as_ref().map(|headers| headers.bare.clone())
    }

    /// The access token behind the scheme that its token type names, `Bearer` if none (RFC 6750 §2.1).
    pub(crate) fn with_scheme(&self) -> Option<HeaderValue> {
        self.headers.as_ref().map(|headers| headers.with_scheme.clone())
    }

    /// The access token behind a scheme of the API's choice.
    pub(crate) fn behind(&self, scheme: &str) -> Option<HeaderValue> {
        let access = self.tokens.access.as_ref()?;
        header_value(scheme, access.secret()).ok()
    }
}

impl TokenHeaders {
    fn of(tokens: &Tokens) -> Result<Option<Self>, Error> {
        let Some(access) = &tokens.access else {
            return Ok(None);
        };
        if access.secret().is_empty() {
            return Err(Error::request("the access token is empty"));
        }
        let scheme = match tokens.token_type.as_deref() {
            Some(name) if !name.eq_ignore_ascii_case("bearer") && is_scheme(name) => name,
            _ => "Bearer",
        };
        Ok(Some(Self {
            bare: header_value("", access.secret())?,
            with_scheme: header_value(scheme, access.secret())?,
        }))
    }
}

impl Clone for TokenHeaders {
    fn clone(&self) -> Self {
        Self { bare: self.bare.clone(), with_scheme: self.with_scheme.clone() }
    }
}

/// `scheme secret`, marked so that nobody logs or compresses it; just the secret without a scheme.
fn header_value(scheme: &str, secret: &str) -> Result<HeaderValue, Error> {
    let value = if scheme.is_empty() {
        HeaderValue::try_from(secret)
    } else {
        HeaderValue::try_from(format!("{scheme} {secret}"))
    };
    let mut value =
        value.map_err(|_| Error::request("the access token has a character that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A token in the sense of RFC 9110 §5.6.2, which is what an authentication scheme is.
pub(crate) fn is_scheme(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("tokens", &self.tokens)
            .field("minted", &self.minted)
            .finish_non_exhaustive()
    }
}
