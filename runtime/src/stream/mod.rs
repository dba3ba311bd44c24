//! Answers that are read as they arrive: [`ByteStream`], [`Lines`], [`Events`].
//!
//! All are streams and have a `next` of their own; both are cancel safe: what has arrived stays in the
//! stream's buffer.

mod bytes;
mod event_parser;
mod events;
mod lines;

pub use self::bytes::ByteStream;
pub use self::events::{Event, Events};
pub use self::lines::Lines;

/// Longest line or event kept while its end has not arrived.
const LONGEST: usize = 16 * 1024 * 1024;

fn too_long() -> crate::error::Error {
    crate::error::Error::new(crate::error::Kind::Decode, "a line of the answer is longer than 16 MiB")
}

/// The value in one line or event: the text itself for a text, JSON for the rest.
fn value_of<T: serde::de::DeserializeOwned>(text: ::bytes::Bytes) -> Result<T, crate::error::Error> {
    use crate::body_deserializer::BodyDeserializer;
    let source = BodyDeserializer::new(http::StatusCode::OK, &http::HeaderMap::new(), text, false);
    T::deserialize(&source).map_err(|error| {
        let text = format!("an item of the answer is not of the declared type: {error}");
        crate::error::Error::new(crate::error::Kind::Decode, text)
    })
}
