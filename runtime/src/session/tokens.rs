//! Defines [`Tokens`], a session's tokens. [`AsTokens`] converts a response into tokens, and [`FromSession`] converts
//! tokens into a method parameter.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::login_end::LoginEnd;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "shared_str")] Arc<str>);

        impl $name {
            /// Creates a token from a string.
            #[must_use]
            pub fn new(secret: impl Into<String>) -> Self {
                Self(secret.into().into())
            }

            /// Returns the token's secret text, which must not appear in logs.
            #[must_use]
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        /// Shows `[redacted]` instead of the token's text.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl From<String> for $name {
            fn from(secret: String) -> Self {
                Self::new(secret)
            }
        }

        impl From<&str> for $name {
            fn from(secret: &str) -> Self {
                Self::new(secret)
            }
        }
    };
}

token! {
    /// An access token, which calls send to the server (RFC 6749 §1.4). `Debug` redacts the token, and `Serialize`
    /// writes its text.
    AccessToken
}

token! {
    /// A refresh token, which a refresh exchanges for a new access token (RFC 6749 §1.5). `Debug` redacts the token,
    /// and `Serialize` writes its text.
    RefreshToken
}

/// The tokens from a login or a refresh.
///
/// When a trait method returns `Tokens`, the runtime reads `access_token`, `refresh_token`, `expires_in`, `token_type`
/// and `scope` (RFC 6749 §5.1) and their camelCase variants. An empty refresh token is treated as missing. An invalid
/// lifetime is treated as unknown.
///
/// ```
/// use std::time::Duration;
/// use afresh::Tokens;
///
/// let tokens = Tokens::new("eyJ…").with_refresh("8xLO…").with_lifetime(Duration::from_secs(3600));
/// assert_eq!(format!("{tokens:?}").contains("8xLO"), false);
///
/// let tokens: Tokens = serde_json::from_str(r#"{"accessToken": "a", "expiresIn": "3600"}"#).unwrap();
/// assert_eq!(tokens.expires_in(), Some(Duration::from_secs(3600)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub(crate) access: Option<AccessToken>,
    pub(crate) refresh: Option<RefreshToken>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) token_type: Option<String>,
    pub(crate) scope: Option<String>,
    /// Whether the session's cookies are its credential. A cookie session has no access token.
    pub(crate) by_cookie: bool,
    pub(crate) login_end: LoginEnd,
}

impl Tokens {
    /// The maximum accepted lifetime of an access token: one year.
    const LIFETIME_CAP: Duration = Duration::from_secs(365 * 24 * 3600);

    /// Creates tokens that contain only an access token.
    #[must_use]
    pub fn new(access: impl Into<AccessToken>) -> Self {
        Self { access: Some(access.into()), ..Self::empty() }
    }

    /// Creates tokens that contain only a refresh token. The session's first call triggers a refresh to get an access
    /// token.
    #[must_use]
    pub fn from_refresh(refresh: impl Into<RefreshToken>) -> Self {
        Self::empty().with_refresh(refresh)
    }

    /// Adds the refresh token. An empty refresh token is ignored.
    #[must_use]
    pub fn with_refresh(mut self, refresh: impl Into<RefreshToken>) -> Self {
        self.refresh = Some(refresh.into()).filter(|token| !token.secret().is_empty());
        self
    }

    /// Sets the access token's lifetime, which starts now. A lifetime of zero means that the lifetime is unknown. A
    /// lifetime of more than a year is shortened to one year.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.min(Self::LIFETIME_CAP)).filter(|lifetime| !lifetime.is_zero());
        self
    }

    /// Sets the refresh token's lifetime, which starts now. When the refresh token has expired, the user has to log in
    /// again. A lifetime of zero means that the refresh token does not expire.
    /// [`Session::ends_at`](crate::Session::ends_at) returns the time at which the refresh token expires.
    #[must_use]
    pub fn with_refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.login_end = LoginEnd::after(lifetime);
        self
    }

    /// Adds the token type (RFC 6749 §7.1), which determines the authentication scheme in the header.
    #[must_use]
    pub fn with_token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into()).filter(|name| !name.is_empty());
        self
    }

    /// Adds the granted scope (RFC 6749 §3.3).
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Returns the access token. Returns `None` only for tokens from [`Tokens::from_refresh`] and for a cookie session
    /// ([`CookieSession`](crate::CookieSession)).
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.access.as_ref()
    }

    /// Returns the refresh token, if there is one.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    /// Returns the lifetime of the access token, measured from the time when the token was received. Returns `None` if
    /// the server did not send a lifetime.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.lifetime
    }

    /// Returns the token type that the server sent, if any.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }

    /// Returns the scope that the server sent, if any.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Copies from `previous` the fields that a refresh response omits (RFC 6749 §6).
    pub(crate) fn completed_by(mut self, previous: &Self) -> Self {
        self.refresh = self.refresh.or_else(|| previous.refresh.clone());
        self.token_type = self.token_type.or_else(|| previous.token_type.clone());
        self.scope = self.scope.or_else(|| previous.scope.clone());
        self.login_end = self.login_end.or(&previous.login_end);
        self
    }

    pub(crate) fn empty() -> Self {
        Self {
            access: None,
            refresh: None,
            lifetime: None,
            token_type: None,
            scope: None,
            by_cookie: false,
            login_end: LoginEnd::Unknown,
        }
    }
}

/// Finds the tokens in the return value of a `#[login]` or `#[refresh]` method.
///
/// [Derive `AsTokens`](macro@crate::AsTokens) for a struct whose fields contain the tokens, or implement the trait:
///
/// ```
/// use afresh::{AsTokens, Tokens};
///
/// #[derive(serde::Deserialize)]
/// struct Session { jwt: String, renewal: String, user: String }
///
/// impl AsTokens for Session {
///     fn as_tokens(&self) -> Tokens {
///         Tokens::new(&*self.jwt).with_refresh(&*self.renewal)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot become the session, because its tokens are not marked",
    label = "no tokens in here",
    note = "return `afresh::Tokens`, or derive `afresh::AsTokens` for the response type; if the cookies are the session, return `afresh::CookieSession`"
)]
pub trait AsTokens {
    /// Returns the tokens that this value contains.
    fn as_tokens(&self) -> Tokens;
}

impl AsTokens for Tokens {
    fn as_tokens(&self) -> Tokens {
        self.clone()
    }
}

/// A parameter of a `#[refresh]` or `#[logout]` method that the runtime fills from the session.
///
/// [`from_session`](Self::from_session) returns `None` if the session has no value for the parameter. If the session
/// has no value for a parameter of the `#[refresh]` method, the session is not refreshed, and a refused call returns
/// the server's refusal.
#[diagnostic::on_unimplemented(
    message = "the runtime cannot fill this parameter",
    label = "`{Self}` cannot be read from the session",
    note = "use `afresh::RefreshToken`, `afresh::AccessToken`, an `Option` of either, or implement `afresh::FromSession` for `{Self}`"
)]
pub trait FromSession: Sized {
    /// Returns the parameter's value, taken from the session's tokens.
    fn from_session(tokens: &Tokens) -> Option<Self>;
}

impl FromSession for RefreshToken {
    fn from_session(tokens: &Tokens) -> Option<Self> {
        tokens.refresh.clone()
    }
}

impl FromSession for AccessToken {
    fn from_session(tokens: &Tokens) -> Option<Self> {
        tokens.access.clone()
    }
}

impl<T: FromSession> FromSession for Option<T> {
    fn from_session(tokens: &Tokens) -> Option<Self> {
        Some(T::from_session(tokens))
    }
}

mod shared_str {
    //! Serializes `Arc<str>` without serde's `rc` feature, which would be enabled for the entire program.
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Into::into)
    }
}
