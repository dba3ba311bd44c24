//! Encodes and decodes base64 (RFC 4648) with the browser's own functions, so that the page does not have to load an
//! implementation.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn atob(text: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(catch)]
    fn btoa(text: &str) -> Result<String, JsValue>;
}

pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    decode(&text.trim_end_matches('=').replace('-', "+").replace('_', "/"))
}

/// Encodes bytes as base64 without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    let text = btoa(&characters).unwrap_or_default();
    text.trim_end_matches('=').to_owned()
}

/// Decodes base64 without padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    // `atob` returns one character for each byte.
    atob(text).ok()?.chars().map(|character| u8::try_from(character).ok()).collect()
}
