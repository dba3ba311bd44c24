//! An argument as a cookie beside those of the session.

use serde::Serialize;

use super::scalar::{Refusal, Room, Sink, take_apart};

/// Appends `name=value` for a scalar; nothing for `None`.
pub(crate) fn write_cookie<T: Serialize + ?Sized>(
    line: &mut String,
    name: &str,
    value: &T,
) -> Result<(), Refusal> {
    take_apart(&mut Cookie(line), name, value).map_err(|refusal| Refusal(format!("cookie {refusal}")))
}

struct Cookie<'a>(&'a mut String);

impl Sink for Cookie<'_> {
    fn scalar(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if !unquoted(text).bytes().all(is_cookie_octet) {
            return Err(Refusal(format!("`{name}` has a character that no cookie can hold")));
        }
        if !self.0.is_empty() {
            self.0.push_str("; ");
        }
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(text);
        Ok(())
    }

    fn room(&self) -> Room {
        Room::Sequence
    }
}

/// The value in its quotes, which it may have (RFC 6265 §4.1.1).
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// RFC 6265 §4.1.1: no control, white space, quote, comma, semicolon or backslash.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}
