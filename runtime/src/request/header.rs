//! Converts an argument into the values of a header.

use http::HeaderValue;
use serde::Serialize;

use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Passes the values of header `name` to `put`. `put` is called once for each element of a sequence, and it is not
/// called for `None`.
pub(crate) fn header_values<T: Serialize + ?Sized>(
    name: &str,
    value: &T,
    put: &mut dyn FnMut(HeaderValue),
) -> Result<(), EncodeError> {
    write_scalars(&mut Values { put }, name, value).map_err(|error| EncodeError(format!("header {error}")))
}

struct Values<'a> {
    put: &'a mut dyn FnMut(HeaderValue),
}

impl ScalarWriter for Values<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        match HeaderValue::try_from(text) {
            Ok(value) => (self.put)(value),
            Err(_) => {
                return Err(EncodeError(format!(
                    "`{name}` contains a character that is not allowed in a header. Check the value"
                )));
            }
        }
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Sequence
    }
}
