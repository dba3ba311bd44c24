//! [`idempotency_key`] returns a random idempotency key.

use http::HeaderValue;

/// Returns a random UUID.
pub(crate) fn idempotency_key() -> Option<HeaderValue> {
    let mut text = uuid::Uuid::encode_buffer();
    HeaderValue::from_str(uuid::Uuid::new_v4().hyphenated().encode_lower(&mut text)).ok()
}
