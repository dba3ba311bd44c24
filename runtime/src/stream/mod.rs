//! Answers that are read as they arrive: [`ByteStream`], [`Lines`], [`Events`].
//!
//! All are streams and have a `next` of their own; both are cancel safe: what has arrived stays in the
//! stream's buffer.

mod bytes;
mod event_parser;
mod events;
mod lines;

use crate::body_deserializer::BodyDeserializer;
use crate::decode_error::DecodeError;
use crate::error::{Error, Kind};

pub use self::bytes::ByteStream;
pub use self::events::{Event, Events};
pub use self::lines::Lines;

/// Longest line or event kept while its end has not arrived.
const LONGEST: usize = 16 * 1024 * 1024;

fn too_long() -> Error {
    Error::new(Kind::Decode, "a line of the answer is longer than 16 MiB")
}

/// The value in one line or event: the text itself for a text, JSON for the rest.
fn value_of<T: serde::de::DeserializeOwned>(text: ::bytes::Bytes) -> Result<T, Error> {
    let source = BodyDeserializer::item(text);
    T::deserialize(&source).map_err(|error| unfit(&error, &source.into_body()))
}

fn unfit(error: &DecodeError, text: &::bytes::Bytes) -> Error {
    let text = format!("an item of the answer is not of the declared type: {}", error.explanation(text));
    Error::new(Kind::Decode, text)
}
