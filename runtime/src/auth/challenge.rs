//! What the `WWW-Authenticate` headers of a refusal ask for: [`Challenge`], and the error codes that speak of
//! the token itself.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::{ChallengeParser, ChallengeRef};

use crate::error::Challenge;

/// What the first challenge that says anything says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    InvalidToken,
    InsufficientScope,
    Asks(Challenge),
}

/// Reads the challenges (RFC 9110 §11.6.1, RFC 6750 §3).
pub(crate) fn read(headers: &HeaderMap) -> Option<Said> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
    let mut challenges = lines.flat_map(|line| ChallengeParser::new(line).map_while(Result::ok));
    challenges.find_map(|challenge| said(&challenge))
}

fn said(challenge: &ChallengeRef<'_>) -> Option<Said> {
    // With claims to be met the token is not simply old, whatever the error code is.
    if has(challenge, "claims") {
        return Some(Said::Asks(Challenge::Claims));
    }
    let (_, code) = challenge.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("error"))?;
    match code.to_unescaped().as_str() {
        "invalid_token" => Some(Said::InvalidToken),
        "insufficient_scope" => Some(Said::InsufficientScope),
        "use_dpop_nonce" => Some(Said::Asks(Challenge::DpopNonce)),
        "insufficient_user_authentication" => Some(Said::Asks(Challenge::StepUp)),
        "insufficient_claims" => Some(Said::Asks(Challenge::Claims)),
        _ => None,
    }
}

fn has(challenge: &ChallengeRef<'_>, wanted: &str) -> bool {
    challenge.params.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}
