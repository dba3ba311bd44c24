//! A session whose only credential are cookies: [`CookieSession`].

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tokens::{AsTokens, Tokens};

/// What a `#[login]` or `#[refresh]` method returns when there is no access token: the cookies that the
/// answer sets are the whole session. Its body is not looked at.
///
/// Calls then carry the session's cookies and no token. A refused one is refreshed and sent again like any
/// other; a refresh counts as soon as the server answers with a success, whether it sets a cookie anew or
/// extends the old one.
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
/// It is a type of its own, and `()` is none, so that tokens which were forgotten in an answer's type are an
/// error when the trait is compiled and not a session without a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CookieSession;

impl AsTokens for CookieSession {
    fn as_tokens(&self) -> Tokens {
        Tokens { by_cookie: true, ..Tokens::empty() }
    }
}

/// From any body.
impl<'de> Deserialize<'de> for CookieSession {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

/// As nothing, for doubles that answer with one.
impl Serialize for CookieSession {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}
