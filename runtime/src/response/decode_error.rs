//! Why a body is not of the declared type, in words that hold nothing of it but its shape.

use std::fmt;

use serde::de;

use crate::format::charset::TextError;
use crate::format::json_path;

#[derive(Debug)]
pub(crate) enum DecodeError {
    Json(serde_json::Error),
    Text(TextError),
    Custom(String),
    /// The answer is declared to be `None`, and the type is no `Option`.
    NotAnOption,
}

impl DecodeError {
    /// What was read is no JSON at all.
    pub(crate) fn is_syntax(&self) -> bool {
        matches!(self, Self::Json(error) if error.is_syntax())
    }

    /// Where it went wrong, without a word of the body: it may be full of secrets.
    pub(crate) fn position(&self) -> String {
        match self {
            Self::Json(error) if error.is_eof() => "its JSON ends too soon".to_owned(),
            Self::Json(error) if error.is_syntax() => {
                format!("no JSON at line {} column {}", error.line(), error.column())
            }
            Self::Json(error) => format!("line {} column {}", error.line(), error.column()),
            Self::Text(TextError::Utf8(at)) => format!("no UTF-8 at byte {at}"),
            Self::Text(TextError::Charset(text)) => text.clone(),
            Self::NotAnOption => "there is none".to_owned(),
            Self::Custom(_) => "its text does not fit".to_owned(),
        }
    }

    /// What was expected and where: by path, line and column, with an excerpt of the shape before it.
    pub(crate) fn explanation(&self, body: &[u8]) -> String {
        let Self::Json(error) = self else { return self.to_string() };
        let place = json_path::find(body, error.line(), error.column());
        let part = |before, what: String, after| {
            if what.is_empty() { what } else { format!("{before}`{what}`{after}") }
        };
        format!("{}{self}{}", part("at ", place.path, ": "), part(", after ", place.excerpt, ""))
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

/// What was expected and where, without the values that were found: they may be anybody's.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) if error.is_data() => f.write_str(&masked(&error.to_string())),
            Self::Custom(message) => f.write_str(&masked(message)),
            Self::Json(_) | Self::Text(_) | Self::NotAnOption => f.write_str(&self.position()),
        }
    }
}

/// serde quotes what it found: texts in quotes, names of variants and fields in backticks. What was
/// expected comes after that and stays.
fn masked(message: &str) -> String {
    let (found, expected) = match message.rfind(", expected ") {
        Some(at) => message.split_at(at),
        None => match message.rfind(" at line ") {
            Some(at) if !message.starts_with("missing field") => message.split_at(at),
            _ => ("", message),
        },
    };
    let open = found.find(['"', '`']);
    let found = open.and_then(|open| found.get(..open)).unwrap_or(found);
    format!("{}{expected}", found.trim_end())
}

impl std::error::Error for DecodeError {}
