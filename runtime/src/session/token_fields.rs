//! The field types of an [`AsTokens`](macro@crate::AsTokens) struct, and how its fields become tokens.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::tokens::{AccessToken, AsTokens, RefreshToken, Tokens};

/// A field with `#[tokens(access)]`, `#[tokens(refresh)]`, `#[tokens(token_type)]` or `#[tokens(scope)]`: a
/// string, a token, or an `Option` of either. Implement it for your own string types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a token: it is not a text",
    label = "not a text",
    note = "use `String`, `afresh::AccessToken`, `afresh::RefreshToken` or an `Option` of one; for a field whose type derives `afresh::AsTokens`, write `#[tokens(nested)]`"
)]
pub trait TokenText {
    /// Returns the text, if there is one. An empty text counts as none.
    fn token_text(&self) -> Option<&str>;
}

/// A field with `#[tokens(expires_in)]`: a number of seconds, a string with one, a [`Duration`], or an
/// `Option` of these. Implement it for your own types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the lifetime of a token",
    label = "not a lifetime",
    note = "use `u64` or another number of seconds, `std::time::Duration`, or an `Option` of one"
)]
pub trait TokenLifetime {
    /// Returns the lifetime of the access token from now on, or `None` if it is unknown.
    fn token_lifetime(&self) -> Option<Duration>;
}

macro_rules! texts {
    ($($type:ty: $text:ident)*) => {$(
        impl TokenText for $type {
            fn token_text(&self) -> Option<&str> {
                Some(self.$text())
            }
        }
    )*};
}

texts! { AccessToken: secret RefreshToken: secret String: as_str }

impl TokenText for str {
    fn token_text(&self) -> Option<&str> {
        Some(self)
    }
}

macro_rules! seconds {
    ($($number:ty)*) => {$(
        impl TokenLifetime for $number {
            fn token_lifetime(&self) -> Option<Duration> {
                // Beyond 2^53 seconds, a loss of precision does not matter.
                #[allow(clippy::cast_precision_loss, clippy::cast_lossless)]
                from_seconds(*self as f64)
            }
        }
    )*};
}

seconds! { u16 u32 u64 usize i32 i64 f64 }

impl TokenLifetime for Duration {
    fn token_lifetime(&self) -> Option<Duration> {
        Some(*self)
    }
}

/// Seconds, as some servers write them.
impl TokenLifetime for str {
    fn token_lifetime(&self) -> Option<Duration> {
        from_seconds(self.trim().parse().ok()?)
    }
}

impl TokenLifetime for String {
    fn token_lifetime(&self) -> Option<Duration> {
        self.as_str().token_lifetime()
    }
}

macro_rules! through {
    ($($type:ty)*) => {$(
        impl<T: TokenText + ?Sized> TokenText for $type {
            fn token_text(&self) -> Option<&str> {
                (**self).token_text()
            }
        }

        impl<T: TokenLifetime + ?Sized> TokenLifetime for $type {
            fn token_lifetime(&self) -> Option<Duration> {
                (**self).token_lifetime()
            }
        }
    )*};
}

through! { &T Box<T> Arc<T> }

impl<T: TokenText> TokenText for Option<T> {
    fn token_text(&self) -> Option<&str> {
        self.as_ref()?.token_text()
    }
}

impl<T: TokenLifetime> TokenLifetime for Option<T> {
    fn token_lifetime(&self) -> Option<Duration> {
        self.as_ref()?.token_lifetime()
    }
}

impl TokenText for Cow<'_, str> {
    fn token_text(&self) -> Option<&str> {
        Some(self)
    }
}

/// An invalid value is an unknown lifetime and no error.
pub(super) fn from_seconds(seconds: f64) -> Option<Duration> {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok().or(Some(Duration::MAX)) } else { None }
}

/// Collects tokens from the fields of a struct.
#[derive(Debug)]
pub struct TokenFields(Tokens);

impl TokenFields {
    /// Starts without tokens.
    #[must_use]
    pub fn none() -> Self {
        Self(Tokens::empty())
    }

    /// Takes all tokens of another struct. Fields that follow replace them.
    pub fn nested<T: AsTokens + ?Sized>(&mut self, field: &T) {
        self.0 = field.as_tokens();
    }

    /// The access token.
    pub fn access<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.access = Some(text.into());
        }
    }

    /// The refresh token.
    pub fn refresh<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.refresh = Some(text.into());
        }
    }

    /// The lifetime of the access token.
    pub fn expires_in<T: TokenLifetime + ?Sized>(&mut self, field: &T) {
        if let Some(lifetime) = field.token_lifetime() {
            self.0 = self.0.clone().with_lifetime(lifetime);
        }
    }

    /// The token type.
    pub fn token_type<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.token_type = Some(text.to_owned());
        }
    }

    /// The scope.
    pub fn scope<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.scope = Some(text.to_owned());
        }
    }

    /// Returns the collected tokens.
    #[must_use]
    pub fn into_tokens(self) -> Tokens {
        self.0
    }
}

fn text<T: TokenText + ?Sized>(field: &T) -> Option<&str> {
    field.token_text().filter(|text| !text.is_empty())
}
