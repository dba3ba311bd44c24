//! An argument as a cookie beside those of the session.

use serde::Serialize;

use super::scalar::{take_apart, Refusal, Sink};

/// Appends `name=value` for a scalar; nothing for `None`.
pub(crate) fn write_cookie<T: Serialize + ?Sized>(
    line: &mut String,
    name: &str,
    value: &T,
) -> Result<(), Refusal> {
    take_apart(&mut Cookie { name, line }, name, value)
}

struct Cookie<'a> {
    name: &'a str,
    line: &'a mut String,
}

impl Sink for Cookie<'_> {
    fn scalar(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if name != self.name {
            return Err(Refusal(format!("cookie `{}` is a struct or map", self.name)));
        }
        if !text.bytes().all(is_cookie_octet) {
            return Err(Refusal(format!("cookie `{name}` has a character that no cookie can hold")));
        }
        if !self.line.is_empty() {
            self.line.push_str("; ");
        }
        self.line.push_str(name);
        self.line.push('=');
        self.line.push_str(text);
        Ok(())
    }
}

/// RFC 6265 §4.1.1: no control, white space, quote, comma, semicolon or backslash.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}
