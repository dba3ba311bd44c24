//! Reads [`Tokens`] from a token response (RFC 6749 §5.1), including the variants of the format that common servers
//! send.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::token_fields::from_seconds;
use super::tokens::Tokens;
use crate::format::json_number::seconds;

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(TokensVisitor)
    }
}

struct TokensVisitor;

impl<'de> Visitor<'de> for TokensVisitor {
    type Value = Tokens;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an `access_token`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tokens, A::Error> {
        let mut tokens = Tokens::empty();
        while let Some(key) = map.next_key::<String>()? {
            match Field::of(&key) {
                Some(field) => field.put(map.next_value()?, &mut tokens),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if tokens.access.is_none() {
            return Err(A::Error::custom("the response has no `access_token`"));
        }
        Ok(tokens)
    }
}

enum Field {
    Access,
    Refresh,
    Lifetime,
    RefreshLifetime,
    TokenType,
    Scope,
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "access_token" | "accessToken" => Self::Access,
            "refresh_token" | "refreshToken" => Self::Refresh,
            "expires_in" | "expiresIn" => Self::Lifetime,
            // GitHub and Google use `refresh_token_expires_in`, and Keycloak uses `refresh_expires_in`.
            "refresh_token_expires_in"
            | "refreshTokenExpiresIn"
            | "refresh_expires_in"
            | "refreshExpiresIn" => Self::RefreshLifetime,
            "token_type" | "tokenType" => Self::TokenType,
            "scope" => Self::Scope,
            _ => return None,
        })
    }

    /// Adds `value` to `tokens`, or ignores `value` if it is not valid for this field.
    fn put(self, value: Value, tokens: &mut Tokens) {
        match self {
            Self::Access => tokens.access = text(value).map(Into::into).or(tokens.access.take()),
            Self::Refresh => tokens.refresh = text(value).map(Into::into).or(tokens.refresh.take()),
            Self::Lifetime => {
                if let Some(lifetime) = lifetime(&value) {
                    *tokens = std::mem::replace(tokens, Tokens::empty()).with_lifetime(lifetime);
                }
            }
            Self::RefreshLifetime => {
                if let Some(lifetime) = refresh_lifetime(&value) {
                    *tokens = std::mem::replace(tokens, Tokens::empty()).with_refresh_lifetime(lifetime);
                }
            }
            Self::TokenType => tokens.token_type = text(value),
            Self::Scope => tokens.scope = scope(value),
        }
    }
}

/// Returns a non-empty string. A value that is not a string is ignored, so that an invalid optional field does not make
/// the whole response unusable.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// Reads a scope from a string or from an array of strings, which some servers send.
fn scope(value: Value) -> Option<String> {
    match value {
        Value::Array(names) => {
            let names: Vec<String> = names.into_iter().filter_map(text).collect();
            Some(names.join(" ")).filter(|scope| !scope.is_empty())
        }
        value => text(value),
    }
}

/// Reads a number of seconds, or a string that contains a number of seconds. If the value is invalid, the lifetime is
/// unknown.
fn lifetime(value: &Value) -> Option<Duration> {
    from_seconds(seconds(value)?)
}

/// Reads the lifetime of the refresh token. A lifetime of 0 is valid and means that the refresh token does not
/// expire.
fn refresh_lifetime(value: &Value) -> Option<Duration> {
    let seconds = seconds(value)?;
    if seconds == 0.0 { Some(Duration::ZERO) } else { from_seconds(seconds) }
}
