//! Reads the expiry of a JWT access token (RFC 7519 §4.1.4). The expiry is only a hint, because the token's signature
//! is not verified. Tokens in an unexpected format are ignored.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::tokens::AccessToken;
use crate::platform::base64;

/// Returns the token's remaining lifetime. The result is never longer than the time between `iat` and `exp`, even if
/// the wall clock is behind.
pub(crate) fn remaining(token: &AccessToken, wall: SystemTime) -> Option<Duration> {
    let claims = claims(token.secret())?;
    let end = date(&claims, "exp")?;
    let now = wall.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs_f64();
    let left = (end - now.max(date(&claims, "iat").unwrap_or(now))).max(0.0);
    Duration::try_from_secs_f64(left).ok()
}

/// Returns the lifetime of a token that the server has just issued. If the token has an `iat` claim, the lifetime is
/// computed without the local clock. If the token has no `iat`, the lifetime is measured from the current local time.
/// Returns `None` if the new token already appears to be expired, which means that the clocks of the client and the
/// server differ.
pub(super) fn lifetime(token: &AccessToken, wall: SystemTime) -> Option<Duration> {
    let claims = claims(token.secret())?;
    let now = || Some(wall.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs_f64());
    let begin = date(&claims, "iat").or_else(now)?;
    let lifetime = date(&claims, "exp")? - begin;
    Duration::try_from_secs_f64(lifetime).ok().filter(|lifetime| !lifetime.is_zero())
}

fn date(claims: &Value, name: &str) -> Option<f64> {
    claims.get(name).and_then(Value::as_f64).filter(|seconds| seconds.is_finite())
}

/// Returns the token's issuer and subject, which together identify the user (RFC 7519 §4.1.1, §4.1.2).
pub(super) fn user(token: &AccessToken) -> Option<(String, String)> {
    let claims = claims(token.secret())?;
    let text = |name| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    text("iss").zip(text("sub"))
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&base64::decode_url(payload)?).ok()
}

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use ::base64::prelude::{BASE64_URL_SAFE as PADDED, BASE64_URL_SAFE_NO_PAD as BASE64URL};

    use super::*;
    use crate::platform::time::wall;

    const NOW: u64 = 1_700_000_000;

    fn left(payload: &str) -> Option<Duration> {
        let token = AccessToken::new(format!("e30.{}.c2ln", BASE64URL.encode(payload)));
        remaining(&token, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
    }

    /// H10: a token's remaining lifetime is computed from the wall clock. If the wall clock is behind, the computed
    /// value does not exceed the time between `iat` and `exp`.
    #[test]
    fn the_expiry_is_read_and_a_slow_clock_does_not_extend_it() {
        let seconds = |count| Some(Duration::from_secs(count));
        assert_eq!(left(r#"{"exp":1700000060}"#), seconds(60));
        assert_eq!(left(r#"{"exp":1700000060.5,"iat":1699999000}"#), Some(Duration::from_millis(60_500)));
        assert_eq!(left(r#"{"exp":1700007200,"iat":1700003600}"#), seconds(3600), "an hour behind");
        assert_eq!(left(r#"{"exp":1699990000,"iat":1699980000}"#), seconds(0), "over, or an hour ahead");
        assert_eq!(left(r#"{"exp":1699990000}"#), seconds(0));
    }

    /// W16: the lifetime of a new token is the time between `iat` and `exp`. If the token has no `iat`, the lifetime is
    /// the time between now and `exp`.
    #[test]
    fn the_lifetime_of_a_new_token_follows_from_iat_and_exp() {
        let of = |payload: &str, now: u64| {
            let token = AccessToken::new(format!("e30.{}.c2ln", BASE64URL.encode(payload)));
            lifetime(&token, SystemTime::UNIX_EPOCH + Duration::from_secs(now))
        };
        let seconds = |count| Some(Duration::from_secs(count));
        for clock in [NOW, NOW - 3600, NOW + 3600, NOW + 86_400] {
            assert_eq!(of(r#"{"iat":1700000000,"exp":1700000300}"#, clock), seconds(300), "{clock}");
        }
        assert_eq!(of(r#"{"exp":1700000300}"#, NOW), seconds(300));
        assert_eq!(of(r#"{"exp":1700000300}"#, NOW + 3600), None, "an hour ahead");
        for none in
            [r#"{"iat":1700000000}"#, r#"{"iat":1700000300,"exp":1700000300}"#, r#"{"iat":9,"exp":5}"#, "{}"]
        {
            assert_eq!(of(none, NOW), None, "{none}");
        }
    }

    /// H15: a token in an unexpected format has no known expiry.
    #[test]
    fn an_unexpected_form_gives_no_hint() {
        for payload in [
            "{}",
            "",
            "null",
            "[1]",
            "{",
            r#"{"exp":"1700000060"}"#,
            r#"{"exp":1e400}"#,
            r#"{"exp":1e300}"#,
            r#"{"exp":null}"#,
        ] {
            assert_eq!(left(payload), None, "{payload}");
        }
        for token in ["", "opaque", "a.b", "a.b.c", "a.!!.c", "..", "a.e30.c.d", "a.bnVsbA==.c", "é.é.é"] {
            assert_eq!(remaining(&AccessToken::new(token), wall()), None, "{token}");
        }
        let before_time = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        let token = AccessToken::new(format!("e30.{}.", BASE64URL.encode(r#"{"exp":5}"#)));
        assert_eq!(remaining(&token, before_time), None);
    }

    /// H15: a token with base64 padding is accepted.
    #[test]
    fn padding_does_not_matter() {
        let padded = PADDED.encode(r#"{"exp":1700000060 }"#);
        assert!(padded.ends_with('='), "{padded}");
        let token = AccessToken::new(format!("e30.{padded}.c2ln"));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        assert_eq!(remaining(&token, now), Some(Duration::from_secs(60)));
    }
}
