//! Reads the `WWW-Authenticate` header: [`read`].

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::{ChallengeParser, ChallengeRef};

use crate::error::Challenge;

/// The meaning of a challenge for the access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    InvalidToken,
    InsufficientScope,
    Challenge(Challenge),
}

/// Returns the first challenge that concerns the access token (RFC 9110 §11.6.1, RFC 6750 §3).
pub(crate) fn read(headers: &HeaderMap) -> Option<TokenError> {
    challenges(headers).iter().find_map(token_error)
}

/// Returns all challenges of a response.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<ChallengeRef<'_>> {
    let mut challenges = Vec::new();
    for line in headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok()) {
        challenges.extend(ChallengeParser::new(line).map_while(Result::ok));
    }
    challenges
}

fn token_error(challenge: &ChallengeRef<'_>) -> Option<TokenError> {
    // If a token only lacks claims, it has not expired, even if the error code is `invalid_token`.
    if has(challenge, "claims") {
        return Some(TokenError::Challenge(Challenge::Claims));
    }
    let (_, code) = challenge.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("error"))?;
    match code.to_unescaped().as_str() {
        "invalid_token" => Some(TokenError::InvalidToken),
        "insufficient_scope" => Some(TokenError::InsufficientScope),
        "use_dpop_nonce" => Some(TokenError::Challenge(Challenge::DpopNonce)),
        "insufficient_user_authentication" => Some(TokenError::Challenge(Challenge::StepUp)),
        "insufficient_claims" => Some(TokenError::Challenge(Challenge::Claims)),
        _ => None,
    }
}

fn has(challenge: &ChallengeRef<'_>, wanted: &str) -> bool {
    challenge.params.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}
