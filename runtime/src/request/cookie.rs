//! Writes an argument as a cookie, in addition to the session's cookies.

use serde::Serialize;

use super::scalar_serializer::write_scalars;
use super::scalar_writer::{Accepts, EncodeError, ScalarWriter};

/// Appends `name=value` for a scalar and for each element of a sequence. Appends nothing for `None`.
pub(crate) fn write_cookie<T: Serialize + ?Sized>(
    line: &mut String,
    name: &str,
    value: &T,
) -> Result<(), EncodeError> {
    write_scalars(&mut Cookie(line), name, value).map_err(|error| EncodeError(format!("cookie {error}")))
}

struct Cookie<'a>(&'a mut String);

impl ScalarWriter for Cookie<'_> {
    fn write(&mut self, name: &str, text: &str) -> Result<(), EncodeError> {
        if !unquoted(text).bytes().all(is_cookie_octet) {
            return Err(EncodeError(format!(
                "`{name}` contains a character that is not allowed in a cookie. Encode the value"
            )));
        }
        if !self.0.is_empty() {
            self.0.push_str("; ");
        }
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(text);
        Ok(())
    }

    fn accepts(&self) -> Accepts {
        Accepts::Sequence
    }
}

/// Returns the value without its surrounding quotes, if any (RFC 6265 §4.1.1).
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Returns whether a cookie value may contain this byte (RFC 6265 §4.1.1). Control characters, whitespace, quotes,
/// commas, semicolons and backslashes are not allowed.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}
