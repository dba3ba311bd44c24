//! Reads one file of a document into a JSON value, and finds the line of any part of that value.
//!
//! Documents are read as plain JSON values. The crates `openapiv3` and `oas3` each cover one version of OpenAPI, reject
//! an entire document because of one unusual field, and do not record positions.

mod json;
mod yaml;

use std::path::Path;

use serde_json::Value;

use crate::error::Error;

/// The maximum size of a file, in bytes. The largest published documents are about 15 MB.
const LONGEST: u64 = 256 << 20;

/// A document file that has been read.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file name shown in errors.
    pub(crate) name: String,
    text: String,
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Yaml,
}

#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    line: Option<usize>,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<(Self, Value), Error> {
        let name = path.display().to_string();
        let fail = |error: std::io::Error| Error::new(error.to_string()).in_file(&name);
        let metadata = std::fs::metadata(path).map_err(fail)?;
        if !metadata.is_file() {
            return Err(Error::new("the path is not a file").in_file(&name));
        }
        if metadata.len() > LONGEST {
            return Err(Error::new(format!("the file is larger than {} MiB", LONGEST >> 20)).in_file(&name));
        }
        Self::parse(&name, std::fs::read(path).map_err(fail)?)
    }

    pub(crate) fn parse(name: &str, bytes: Vec<u8>) -> Result<(Self, Value), Error> {
        let text = decode(bytes).map_err(|message| Error::new(message).in_file(name))?;
        let format = if text.trim_start().starts_with(['{', '[']) { Format::Json } else { Format::Yaml };
        let value = match format {
            // If JSON parsing fails, the text can still be YAML, because a YAML flow mapping also begins with `{`.
            Format::Json => match json::read(&text) {
                Ok(value) => Ok((value, Format::Json)),
                Err(fault) if is_json(name) => Err(fault),
                Err(fault) => yaml::read(&text).map(|value| (value, Format::Yaml)).map_err(|_| fault),
            },
            Format::Yaml => yaml::read(&text).map(|value| (value, Format::Yaml)),
        };
        match value {
            Ok((value, format)) => Ok((Self { name: name.to_owned(), text, format }, value)),
            Err(fault) => Err(Error::new(fault.message).in_file(name).at_line(fault.line)),
        }
    }

    /// Returns the line number, counted from 1, of the value that `pointer` (RFC 6901) points to.
    pub(crate) fn line_of(&self, pointer: &str) -> Option<usize> {
        let steps: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
        match self.format {
            Format::Json => json::line_of(&self.text, &steps),
            Format::Yaml => yaml::line_of(&self.text, &steps),
        }
    }
}

/// Decodes the escape sequences in one step of a JSON pointer.
pub(crate) fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Decodes UTF-8 with or without a byte order mark.
fn decode(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err("the text must be UTF-8, not UTF-16".to_owned());
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        bytes.drain(..3);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count();
        format!("the text is not UTF-8: line {line} has an invalid byte")
    })?;
    if text.trim().is_empty() {
        return Err("the file is empty".to_owned());
    }
    Ok(text)
}
