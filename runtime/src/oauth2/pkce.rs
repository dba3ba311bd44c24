//! Creates random strings and PKCE challenges (RFC 7636). With a PKCE challenge, the server can check that the program
//! that sends an authorization code is the program that started the login.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The only PKCE challenge method that the runtime uses. The PKCE challenge method `plain` is insecure (RFC 9700
/// §2.1.1).
pub(super) const METHOD: &str = "S256";

/// Returns a string of 43 characters that encodes 256 random bits. The random string serves as a `state` or as a PKCE
/// verifier (RFC 7636 §4.1).
pub(super) fn random_text() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        let text = "the operating system did not provide random numbers. Try again later";
        Error::request(text).with_source(error.to_string())
    })?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the S256 challenge of a verifier (RFC 7636 §4.2).
pub(super) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests the example in RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn random_texts_are_valid_verifiers_and_differ() {
        let (one, other) = (random_text().unwrap(), random_text().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    }
}
