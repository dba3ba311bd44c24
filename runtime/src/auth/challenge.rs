//! [`read`] parses `WWW-Authenticate` response headers.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

use crate::error::Challenge;
use crate::format::challenges::{ParsedChallenge, read_challenges};

/// What a `WWW-Authenticate` challenge means for the access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    InvalidToken,
    InsufficientScope,
    Challenge(Challenge),
}

/// Returns the first token error that a challenge reports (RFC 9110 §11.6.1, RFC 6750 §3).
pub(crate) fn read(headers: &HeaderMap) -> Option<TokenError> {
    challenges(headers).iter().find_map(token_error)
}

pub(crate) fn challenges(headers: &HeaderMap) -> Vec<ParsedChallenge<'_>> {
    let mut found = Vec::new();
    for line in headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok()) {
        read_challenges(line, &mut found);
    }
    found
}

fn token_error(challenge: &ParsedChallenge<'_>) -> Option<TokenError> {
    // If the challenge has a `claims` parameter, the token has not expired but lacks claims, even if the error code is
    // `invalid_token`.
    if challenge.parameter("claims").is_some() {
        return Some(TokenError::Challenge(Challenge::Claims));
    }
    match challenge.parameter("error")? {
        "invalid_token" => Some(TokenError::InvalidToken),
        "insufficient_scope" => Some(TokenError::InsufficientScope),
        "use_dpop_nonce" => Some(TokenError::Challenge(Challenge::DpopNonce)),
        "insufficient_user_authentication" => Some(TokenError::Challenge(Challenge::StepUp)),
        "insufficient_claims" => Some(TokenError::Challenge(Challenge::Claims)),
        _ => None,
    }
}
