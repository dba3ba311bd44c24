//! Decodes a response body as text, with the character encoding from the `Content-Type` header.

/// The reason that a response body could not be decoded as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TextError {
    /// The offset of the first byte that is not valid UTF-8.
    Utf8(usize),
    /// The encoding is not supported, or the body is not valid in its declared encoding. The string in this variant is
    /// an error message.
    Charset(String),
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Removes the UTF-8 byte order mark that some servers send. A JSON parser may ignore a byte order mark (RFC 8259
/// §8.1).
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(BOM).unwrap_or(body)
}

/// Decodes `body` from the encoding `label`, or from UTF-8 if there is no label (RFC 6657 §3). A UTF-8 byte order mark
/// takes precedence over the label.
pub(crate) fn decode(mut body: Vec<u8>, label: Option<&str>) -> Result<String, TextError> {
    let label = label.map(str::trim).filter(|label| !label.eq_ignore_ascii_case("utf-8"));
    if body.starts_with(BOM) {
        body.drain(..BOM.len());
        return utf8(body);
    }
    match label {
        None => utf8(body),
        Some(label) => decode_label(body, label),
    }
}

/// Decodes UTF-8 without removing a byte order mark.
pub(crate) fn utf8(body: Vec<u8>) -> Result<String, TextError> {
    String::from_utf8(body).map_err(|error| TextError::Utf8(error.utf8_error().valid_up_to()))
}

#[cfg(all(feature = "charset", not(target_family = "wasm")))]
fn decode_label(body: Vec<u8>, label: &str) -> Result<String, TextError> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| unsupported(label))?;
    if encoding == encoding_rs::UTF_8 {
        return utf8(body);
    }
    let (text, used, broken) = encoding.decode(&body);
    if broken {
        return Err(TextError::Charset(format!("its text is not {}", used.name())));
    }
    Ok(text.into_owned())
}

#[cfg(all(feature = "charset", target_family = "wasm"))]
fn decode_label(body: Vec<u8>, label: &str) -> Result<String, TextError> {
    use crate::platform::text::{DecodeError, decode};
    decode(body, label).map_err(|error| match error {
        DecodeError::UnknownEncoding => unsupported(label),
        DecodeError::Broken(used) => TextError::Charset(format!("its text is not {used}")),
    })
}

#[cfg(not(feature = "charset"))]
fn decode_label(body: Vec<u8>, label: &str) -> Result<String, TextError> {
    if ["utf8", "us-ascii", "ascii"].iter().any(|known| label.eq_ignore_ascii_case(known)) {
        return utf8(body);
    }
    Err(unsupported(label))
}

fn unsupported(label: &str) -> TextError {
    let shown: String = label.chars().filter(char::is_ascii_graphic).take(40).collect();
    let hint = if cfg!(feature = "charset") { "" } else { " without the feature `charset`" };
    TextError::Charset(format!("its charset `{shown}` is not supported{hint}"))
}
