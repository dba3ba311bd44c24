//! Defines [`CookieSession`], the return type for a session whose only credential is its cookies.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cookies::SetCookies;
use super::tokens::{AsTokens, Tokens};

/// The return type of a `#[login]` or `#[refresh]` method whose response contains no access token. The response's
/// cookies become the session, and the response body is ignored.
///
/// Calls send the cookies instead of an access token. If the server refuses a call, the cookies are refreshed and the
/// call is sent again. A refresh succeeds if its response has a 2xx status, even if the response does not set a cookie.
///
/// ```
/// use afresh::{CookieSession, Result, api};
///
/// #[api]
/// pub trait Forum {
///     #[login]
///     #[post("/login")]
///     async fn log_in(&self, #[form("name")] name: &str, #[form("password")] password: &str) -> Result<CookieSession>;
///
///     #[refresh]
///     #[post("/session/extend")]
///     async fn extend(&self) -> Result<CookieSession>;
///
///     #[get("/posts/{id}")]
///     async fn post(&self, id: u64) -> Result<String>;
/// }
/// ```
///
/// A `#[login]` or `#[refresh]` method cannot return `()`. If you forget to return tokens or a `CookieSession`, you get
/// a compile error rather than a session without a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CookieSession;

impl AsTokens for CookieSession {
    fn as_tokens(&self) -> Tokens {
        Tokens { by_cookie: true, ..Tokens::empty() }
    }
}

/// Gives a cookie session the lifetime of the cookie that expires first, unless the tokens already have a lifetime.
pub(super) fn with_cookie_lifetime<'a>(
    tokens: Tokens,
    set: impl IntoIterator<Item = &'a SetCookies>,
) -> Tokens {
    if !tokens.by_cookie || tokens.lifetime.is_some() {
        return tokens;
    }
    match set.into_iter().filter_map(SetCookies::lifetime).min() {
        Some(lifetime) => tokens.with_lifetime(lifetime),
        None => tokens,
    }
}

/// Accepts any response body.
impl<'de> Deserialize<'de> for CookieSession {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

/// Serializes a `CookieSession` as a unit (`null` in JSON), so that a test server can return it.
impl Serialize for CookieSession {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}
