//! Decodes one item of a streamed response (a line or the data of an event), and limits the item's length.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::response::body_deserializer::BodyDeserializer;
use crate::response::decode_error::DecodeError;

/// The maximum length in bytes of a line or event, unless the caller sets a different limit.
pub(crate) const MAX_LENGTH: usize = 16 * 1024 * 1024;

pub(crate) fn too_long(limit: usize) -> Error {
    let text = format!(
        "a line or event of the response is longer than {limit} bytes. Raise `max_length`, or read the response as \
         a `ByteStream`"
    );
    Error::new(Kind::Decode, text)
}

/// A string type receives the raw text, and any other type is decoded from JSON.
pub(crate) fn value_of<T: DeserializeOwned>(text: Bytes) -> Result<T, Error> {
    let source = BodyDeserializer::item(text);
    T::deserialize(&source).map_err(|error| decode_error(&error, &source.into_body(), error_of::<T>))
}

/// Decodes one element of a JSON list.
pub(crate) fn json_value_of<T: DeserializeOwned>(json: &Bytes) -> Result<T, Error> {
    let error_of = |text: Bytes| serde_json::from_slice::<T>(&text).err().map(DecodeError::from);
    serde_json::from_slice(json).map_err(|error| decode_error(&error.into(), json, error_of))
}

/// Decodes `text` as `T` and returns the error, or `None` if decoding succeeds.
fn error_of<T: DeserializeOwned>(text: Bytes) -> Option<DecodeError> {
    T::deserialize(&BodyDeserializer::item(text)).err()
}

fn decode_error(error: &DecodeError, text: &Bytes, error_of: fn(Bytes) -> Option<DecodeError>) -> Error {
    let text = format!(
        "an item of the response does not match the declared type ({}). Compare the item type with the server's response",
        error.explanation(text, &error_of)
    );
    Error::new(Kind::Decode, text)
}
