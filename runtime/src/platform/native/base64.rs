//! Encodes and decodes base64 (RFC 4648).

use base64::Engine;
use base64::alphabet::URL_SAFE;
#[cfg(test)]
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The decoder accepts padding, because some JWT issuers add it even though RFC 7515 §2 forbids it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64url with or without padding.
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// Encodes bytes as base64 without padding, for tests of code that runs only in a browser.
#[cfg(test)]
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Decodes base64 without padding, for tests of code that runs only in a browser.
#[cfg(test)]
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}
