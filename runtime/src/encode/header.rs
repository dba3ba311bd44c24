//! An argument as header values.

use http::HeaderValue;
use serde::Serialize;

use super::scalar::{take_apart, Refusal, Sink};

/// The values of header `name`: none for `None`, several for a sequence.
pub(crate) fn header_values<T: Serialize + ?Sized>(
    name: &str,
    value: &T,
    put: &mut dyn FnMut(HeaderValue),
) -> Result<(), Refusal> {
    take_apart(&mut Values { header: name, put }, name, value)
}

struct Values<'a> {
    header: &'a str,
    put: &'a mut dyn FnMut(HeaderValue),
}

impl Sink for Values<'_> {
    fn scalar(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if name != self.header {
            return Err(Refusal(format!("header `{}` is a struct or map", self.header)));
        }
        match HeaderValue::try_from(text) {
            Ok(value) => (self.put)(value),
            Err(_) => {
                return Err(Refusal(format!("header `{name}` has a character that no header can carry")))
            }
        }
        Ok(())
    }
}
