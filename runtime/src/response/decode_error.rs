//! The reason that a body cannot be read as the declared type. The error message contains no values from the body.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::de;

use crate::format::charset::TextError;
use crate::format::json_path;

#[derive(Debug)]
pub(crate) enum DecodeError {
    Json(serde_json::Error),
    Text(TextError),
    Custom(String),
    /// The method lists the status in `none_on`, but the method's return type is not an `Option`.
    NotAnOption,
}

impl DecodeError {
    /// Returns whether the body is not JSON.
    pub(crate) fn is_syntax(&self) -> bool {
        matches!(self, Self::Json(error) if error.is_syntax())
    }

    /// Returns a message that contains the position of the error. The message does not quote the body, because the body
    /// can contain secrets.
    pub(crate) fn position(&self) -> String {
        match self {
            Self::Json(error) if error.is_eof() => "its JSON is truncated".to_owned(),
            Self::Json(error) if error.is_syntax() => {
                format!("invalid JSON at line {} column {}", error.line(), error.column())
            }
            Self::Json(error) => format!("line {} column {}", error.line(), error.column()),
            Self::Text(TextError::Utf8(at)) => format!("invalid UTF-8 at byte {at}"),
            Self::Text(TextError::Charset(text)) => text.clone(),
            Self::NotAnOption => "it has no value".to_owned(),
            Self::Custom(_) => "its value is not valid".to_owned(),
        }
    }

    /// Returns a message with the expected type and the position of the error. The position consists of the path, the
    /// line and column, and an excerpt that shows the field names before the error. `decode` decodes a modified body as
    /// the declared type and returns the resulting error.
    pub(crate) fn explanation(&self, body: &[u8], decode: &dyn Fn(Bytes) -> Option<Self>) -> String {
        let Self::Json(error) = self else { return self.to_string() };
        let mut names = DeclaredNames { body, error, decode, left: MAX_PROBES };
        let place = json_path::find(body, error.line(), error.column(), &mut |range| names.has(range));
        let part = |before, what: String, after| {
            if what.is_empty() { what } else { format!("{before}`{what}`{after}") }
        };
        format!("{}{self}{}", part("at ", place.path, ": "), part(", after ", place.excerpt, ""))
    }
}

/// The maximum length, in bytes, of a body in which the runtime looks for declared field names.
const MAX_PROBED: usize = 8 * 1024 * 1024;
/// The maximum number of names that the runtime checks in order to describe one error.
const MAX_PROBES: usize = 32;

/// Distinguishes declared field names from map keys. A map key can be a secret.
///
/// Rust cannot list the field names that a type declares. To find out whether a type declares a name, the runtime
/// therefore decodes a copy of the body in which a different name replaces that name. If the replaced name was a map
/// key, decoding the modified body returns the original error. If the replaced name was a struct field, decoding the
/// modified body reports a missing field or ignores the unknown name.
struct DeclaredNames<'a> {
    body: &'a [u8],
    error: &'a serde_json::Error,
    decode: &'a dyn Fn(Bytes) -> Option<DecodeError>,
    left: usize,
}

impl DeclaredNames<'_> {
    fn has(&mut self, range: Range<usize>) -> bool {
        let Some(left) = self.left.checked_sub(1).filter(|_| self.body.len() <= MAX_PROBED) else {
            return false;
        };
        self.left = left;
        let name = self.body.get(range.clone()).and_then(|name| std::str::from_utf8(name).ok());
        name.is_some_and(|name| self.is_missed(name, &range) || self.is_not_repeatable(name, &range))
    }

    /// Returns whether replacing the name at `range` changes the result of decoding.
    fn is_missed(&self, name: &str, range: &Range<usize>) -> bool {
        let mut changed = self.body.to_vec();
        let Some(place) = changed.get_mut(range.clone()) else { return false };
        // No type declares a field name that consists only of `~`. A replacement of the same length preserves all line
        // and column numbers.
        place.fill(b'~');
        let after = match (self.decode)(changed.into()) {
            None => return true,
            Some(DecodeError::Json(after)) => after,
            Some(_) => return false,
        };
        let text = after.to_string();
        if text == self.error.to_string() {
            return false;
        }
        // An error about an unknown field or variant lists the declared names.
        if text.starts_with("unknown field `~") || text.starts_with("unknown variant `~") {
            return text.contains(&format!("`{name}`"));
        }
        let place = |error: &serde_json::Error| (error.line(), error.column());
        text.starts_with("missing field `") || place(&after) > place(self.error)
    }

    /// Returns whether decoding fails if the object contains the field `name` twice. A map accepts a duplicate key, but
    /// a struct does not.
    fn is_not_repeatable(&self, name: &str, range: &Range<usize>) -> bool {
        const DUPLICATE: &str = "duplicate field `";
        let repeated = || {
            let end = json_path::end_of_value(self.body, range.end)?;
            let member = self.body.get(range.start.checked_sub(1)?..end)?;
            let (before, after) = self.body.split_at_checked(end)?;
            (self.decode)([before, b",", member, after].concat().into())
        };
        let Some(DecodeError::Json(error)) = repeated() else { return false };
        let text = error.to_string();
        // The original error might already report a different duplicate field.
        let is_other = self.error.to_string().starts_with(DUPLICATE)
            && !text.strip_prefix(DUPLICATE).is_some_and(|text| text.starts_with(&format!("{name}`")));
        text.starts_with(DUPLICATE) && !is_other
    }
}

impl From<TextError> for DecodeError {
    fn from(error: TextError) -> Self {
        Self::Text(error)
    }
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Custom(message.to_string())
    }
}

/// The error message contains the expected type and the position of the failure. The error message omits the values in
/// the body, because these values can be secrets.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) if error.is_data() => {
                let text = error.to_string();
                let place = format!(" at line {} column {}", error.line(), error.column());
                let message = text.strip_suffix(&*place);
                write!(f, "{}{}", masked(message.unwrap_or(&text)), message.map_or("", |_| &*place))
            }
            Self::Custom(message) => f.write_str(&masked(message)),
            Self::Json(_) | Self::Text(_) | Self::NotAnOption => f.write_str(&self.position()),
        }
    }
}

/// Removes quoted values from an error message: strings in quotes, and names of variants and fields in backticks. If a
/// serde message states the expected type, that part of the message is kept.
fn masked(message: &str) -> String {
    if message.starts_with("missing field `") {
        return message.to_owned();
    }
    let (found, expected) = expectation(message).map_or((message, ""), |at| message.split_at(at));
    let open = found.find(['"', '`']);
    let found = open.and_then(|open| found.get(..open)).unwrap_or(found);
    format!("{}{expected}", found.trim_end())
}

/// Returns the offset at which a serde message states the expected type. Returns `None` if the message does not come
/// from serde, because a message from a user's type can quote a value anywhere. A quoted value can contain the same
/// words as a message from serde.
fn expectation(message: &str) -> Option<usize> {
    const BY_SERDE: [&str; 5] =
        ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant `", "unknown field `"];
    const NOTHING: [&str; 2] = [", there are no variants", ", there are no fields"];
    if !BY_SERDE.iter().any(|start| message.starts_with(start)) {
        return None;
    }
    let nothing = NOTHING.iter().find_map(|end| message.strip_suffix(end));
    nothing.map(str::len).or_else(|| message.rfind(", expected "))
}

impl std::error::Error for DecodeError {}
