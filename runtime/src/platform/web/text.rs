//! Decodes text with the browser's `TextDecoder`, so the WebAssembly module does not need encoding tables.

use web_sys::{TextDecoder, TextDecoderOptions};

/// The reason why text cannot be decoded.
pub(crate) enum DecodeError {
    UnknownEncoding,
    /// The bytes are not valid in the encoding that the label names.
    Broken(String),
}

pub(crate) fn decode(mut bytes: Vec<u8>, label: &str) -> Result<String, DecodeError> {
    let options = TextDecoderOptions::new();
    options.set_fatal(true);
    let decoder = TextDecoder::new_with_label_and_options(label, &options);
    let decoder = decoder.map_err(|_| DecodeError::UnknownEncoding)?;
    decoder.decode_with_u8_array(&mut bytes).map_err(|_| DecodeError::Broken(decoder.encoding()))
}
