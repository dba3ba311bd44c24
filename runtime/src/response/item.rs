//! Decodes one item of a streamed answer, which is a line or the data of an event, and limits its length.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::response::body_deserializer::BodyDeserializer;
use crate::response::decode_error::DecodeError;

/// The longest line or event.
pub(crate) const MAX_LENGTH: usize = 16 * 1024 * 1024;

pub(crate) fn too_long() -> Error {
    Error::new(
        Kind::Decode,
        "a line or event of the answer is longer than 16 MiB. Read the answer as a `ByteStream` instead",
    )
}

/// Decodes one line or event: a string is the text itself, and every other type is JSON.
pub(crate) fn value_of<T: DeserializeOwned>(text: Bytes) -> Result<T, Error> {
    let source = BodyDeserializer::item(text);
    T::deserialize(&source).map_err(|error| decode_error(&error, &source.into_body()))
}

/// Decodes one element of a list, which is JSON.
pub(crate) fn json_value_of<T: DeserializeOwned>(json: &Bytes) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|error| decode_error(&error.into(), json))
}

fn decode_error(error: &DecodeError, text: &Bytes) -> Error {
    let text = format!(
        "an item of the answer is not of the declared type ({}). Compare the type of the items with what the server sends",
        error.explanation(text)
    );
    Error::new(Kind::Decode, text)
}
