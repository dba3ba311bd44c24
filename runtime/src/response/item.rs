//! Answers that are read as they arrive: [`ByteStream`], [`Lines`], [`Events`].
//!
//! All are streams and have a `next` of their own; both are cancel safe: what has arrived stays in the
//! stream's buffer.

use crate::error::{Error, Kind};
use crate::response::body_deserializer::BodyDeserializer;
use crate::response::decode_error::DecodeError;

/// Longest line or event kept while its end has not arrived.
pub(crate) const LONGEST: usize = 16 * 1024 * 1024;

pub(crate) fn too_long() -> Error {
    Error::new(Kind::Decode, "a line of the answer is longer than 16 MiB")
}

/// The value in one line or event: the text itself for a text, JSON for the rest.
pub(crate) fn value_of<T: serde::de::DeserializeOwned>(text: ::bytes::Bytes) -> Result<T, Error> {
    let source = BodyDeserializer::item(text);
    T::deserialize(&source).map_err(|error| unfit(&error, &source.into_body()))
}

fn unfit(error: &DecodeError, text: &::bytes::Bytes) -> Error {
    let text = format!("an item of the answer is not of the declared type: {}", error.explanation(text));
    Error::new(Kind::Decode, text)
}
