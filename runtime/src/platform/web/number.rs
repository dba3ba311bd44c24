//! Parses decimal numbers with the browser's parser, because Rust's parser would add tables of 10 kB to the WebAssembly
//! module.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = "Number")]
    fn number_of(text: &str) -> f64;
}

pub(crate) fn parse(text: &str) -> Option<f64> {
    // JavaScript's `Number` also accepts an empty string, and prefixes such as `0x`.
    let is_decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let number = Some(text).filter(|text| !text.is_empty() && text.bytes().all(is_decimal)).map(number_of)?;
    Some(number).filter(|number| !number.is_nan())
}
