//! Defines the types that the fields of an [`AsTokens`](macro@crate::AsTokens) struct can have, and converts the fields
//! into tokens.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::tokens::{AccessToken, AsTokens, RefreshToken, Tokens};
use crate::platform::number;

/// The type of a field with `#[tokens(access)]`, `#[tokens(refresh)]`, `#[tokens(token_type)]` or `#[tokens(scope)]`: a
/// string, a token, or an `Option` of either. Implement `TokenText` for your own string types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a token: it is not text",
    label = "not text",
    note = "use `String`, `afresh::AccessToken`, `afresh::RefreshToken` or an `Option` of one of these types; for a field whose type derives `afresh::AsTokens`, write `#[tokens(nested)]`"
)]
pub trait TokenText {
    /// Returns the token's text, or `None` if there is no token. The runtime ignores a token whose text is empty.
    fn token_text(&self) -> Option<&str>;
}

/// The type of a field with `#[tokens(expires_in)]`: a number of seconds, a string that contains a number, a
/// [`Duration`], or an `Option` of one of these types. Implement `TokenLifetime` for your own types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a token lifetime",
    label = "not a lifetime",
    note = "use `u64` or another number type for seconds, `std::time::Duration`, or an `Option` of one of these types"
)]
pub trait TokenLifetime {
    /// Returns the remaining lifetime of the access token, or `None` if the lifetime is unknown.
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
                // An `f64` can represent every integer up to 2^53 exactly, and no lifetime is that long.
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

/// Reads a number of seconds, which some servers send as a string.
impl TokenLifetime for str {
    fn token_lifetime(&self) -> Option<Duration> {
        from_seconds(number::parse(self.trim())?)
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

/// If the number is invalid, the lifetime is unknown.
pub(super) fn from_seconds(seconds: f64) -> Option<Duration> {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).ok().or(Some(Duration::MAX)) } else { None }
}

/// Collects tokens from the fields of a struct.
#[derive(Debug)]
pub struct TokenFields(Tokens);

impl TokenFields {
    /// Creates an empty collection of tokens.
    #[must_use]
    pub fn none() -> Self {
        Self(Tokens::empty())
    }

    /// Copies all tokens from a nested struct. Methods that are called after `nested` override the copied values.
    pub fn nested<T: AsTokens + ?Sized>(&mut self, field: &T) {
        self.0 = field.as_tokens();
    }

    /// Sets the access token.
    pub fn access<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.access = Some(text.into());
        }
    }

    /// Sets the refresh token.
    pub fn refresh<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.refresh = Some(text.into());
        }
    }

    /// Sets the lifetime of the access token.
    pub fn expires_in<T: TokenLifetime + ?Sized>(&mut self, field: &T) {
        if let Some(lifetime) = field.token_lifetime() {
            self.0 = self.0.clone().with_lifetime(lifetime);
        }
    }

    /// Sets the token type.
    pub fn token_type<T: TokenText + ?Sized>(&mut self, field: &T) {
        if let Some(text) = text(field) {
            self.0.token_type = Some(text.to_owned());
        }
    }

    /// Sets the scope.
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
