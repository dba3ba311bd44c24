//! What an answer to a call says about the credential that was sent with it: the one place that reads its
//! status.

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use http_auth::ChallengeParser;

/// What a refused answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It says nothing about the credential.
    NotAuth,
    /// The credential is no longer good.
    Expired,
    /// Perhaps it is no longer good, perhaps it just does not suffice.
    Suspect,
    /// It is good and does not suffice.
    Forbidden,
    /// The server asks for something else than a new token.
    Challenge,
}

/// Judges an answer to a call that carried this session's credential. `refresh_on`: statuses that say that
/// the credential is no longer good. `outlived`: by its own clock it is not.
pub(crate) fn judge(status: StatusCode, headers: &HeaderMap, refresh_on: &[u16], outlived: bool) -> Verdict {
    if !refresh_on.contains(&status.as_u16()) {
        return Verdict::NotAuth;
    }
    match challenge(headers) {
        Some(Said::InvalidToken) => return Verdict::Expired,
        Some(Said::InsufficientScope) => return Verdict::Forbidden,
        Some(Said::SomethingElse) => return Verdict::Challenge,
        None => {}
    }
    if status == StatusCode::UNAUTHORIZED || outlived {
        return Verdict::Expired;
    }
    if is_rate_limit(headers) {
        return Verdict::NotAuth;
    }
    Verdict::Suspect
}

enum Said {
    InvalidToken,
    InsufficientScope,
    SomethingElse,
}

/// The error code of a challenge (RFC 6750 §3.1, RFC 9449 §8, RFC 9470 §3), the first that has one.
fn challenge(headers: &HeaderMap) -> Option<Said> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
    let challenges = lines.flat_map(|line| ChallengeParser::new(line).map_while(Result::ok));
    let mut codes = challenges.filter_map(|challenge| {
        let (_, code) = challenge.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("error"))?;
        match code.to_unescaped().as_str() {
            "invalid_token" => Some(Said::InvalidToken),
            "insufficient_scope" => Some(Said::InsufficientScope),
            "use_dpop_nonce" | "insufficient_user_authentication" => Some(Said::SomethingElse),
            _ => None,
        }
    });
    codes.next()
}

/// A 403 that says "slow down" (GitHub, Google).
fn is_rate_limit(headers: &HeaderMap) -> bool {
    headers.contains_key(RETRY_AFTER) || headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: [u16; 2] = [401, 403];

    fn verdict(status: u16, headers: &[(&'static str, &'static str)]) -> Verdict {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        judge(StatusCode::from_u16(status).unwrap(), &headers, &DEFAULT, false)
    }

    /// A3: only the configured statuses say anything about the credential.
    #[test]
    fn no_other_status_speaks_of_the_credential() {
        for status in 100..600 {
            let expected = match status {
                401 => Verdict::Expired,
                403 => Verdict::Suspect,
                _ => Verdict::NotAuth,
            };
            assert_eq!(verdict(status, &[]), expected, "{status}");
        }
    }

    /// C3, C4, C5: the challenge's error code outranks the status.
    #[test]
    fn the_challenge_outranks_the_status() {
        for status in [401, 403] {
            let said = |line| verdict(status, &[("www-authenticate", line)]);
            assert_eq!(said(r#"Bearer realm="x", error="invalid_token""#), Verdict::Expired);
            assert_eq!(said(r#"bearer ERROR=insufficient_scope, scope="a b""#), Verdict::Forbidden);
            assert_eq!(said(r#"Basic realm="x", Bearer error="invalid_token""#), Verdict::Expired);
            assert_eq!(said(r#"DPoP error="use_dpop_nonce""#), Verdict::Challenge);
        }
        assert_eq!(verdict(403, &[("www-authenticate", "Bearer")]), Verdict::Suspect);
        assert_eq!(verdict(403, &[("www-authenticate", "\"garbage,,=")]), Verdict::Suspect);
    }

    #[test]
    fn a_rate_limit_is_no_matter_of_the_credential() {
        assert_eq!(verdict(403, &[("retry-after", "30")]), Verdict::NotAuth);
        assert_eq!(verdict(403, &[("x-ratelimit-remaining", "0")]), Verdict::NotAuth);
        assert_eq!(verdict(403, &[("x-ratelimit-remaining", "17")]), Verdict::Suspect);
        assert_eq!(verdict(401, &[("retry-after", "30")]), Verdict::Expired);
    }

    #[test]
    fn an_outlived_credential_makes_a_bare_403_certain() {
        let none = HeaderMap::new();
        assert_eq!(judge(StatusCode::FORBIDDEN, &none, &DEFAULT, true), Verdict::Expired);
        assert_eq!(judge(StatusCode::NOT_FOUND, &none, &DEFAULT, true), Verdict::NotAuth);
    }
}
