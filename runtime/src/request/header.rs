//! An argument as header values.

use http::HeaderValue;
use serde::Serialize;

use super::scalar::{Refusal, Room, Sink, take_apart};

/// The values of header `name`: none for `None`, several for a sequence.
pub(crate) fn header_values<T: Serialize + ?Sized>(
    name: &str,
    value: &T,
    put: &mut dyn FnMut(HeaderValue),
) -> Result<(), Refusal> {
    take_apart(&mut Values { put }, name, value).map_err(|refusal| Refusal(format!("header {refusal}")))
}

struct Values<'a> {
    put: &'a mut dyn FnMut(HeaderValue),
}

impl Sink for Values<'_> {
    fn scalar(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        match HeaderValue::try_from(text) {
            Ok(value) => (self.put)(value),
            Err(_) => return Err(Refusal(format!("`{name}` has a character that no header can carry"))),
        }
        Ok(())
    }

    fn room(&self) -> Room {
        Room::Sequence
    }
}
