//! Reads numbers of seconds, and replaces JSON numbers that are too large for an `f64`, such as an `expires_in` of
//! `1e400`. `serde_json` rejects the entire input if any number is too large for an `f64`, even if the caller does not
//! need that number.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::charset::without_bom;
use crate::platform::number;

/// Returns the duration in `value`, in seconds. Some servers send a duration as a JSON number, and others send it as a
/// JSON string.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number::parse(text.trim()),
        _ => None,
    }
}

/// Returns the JSON with `1e308` or `-1e308` in place of each number that is too large for an `f64`. The rest of the
/// JSON is unchanged, as is any text that is not JSON.
pub(crate) fn clamp_numbers(body: Bytes) -> Bytes {
    // Outside of JSON, an access token can contain characters that look like a large number, such as `8e741`.
    if !matches!(without_bom(&body).trim_ascii_start().first(), Some(b'{' | b'[')) {
        return body;
    }
    let mut clamped = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let rest = body.get(at..).unwrap_or_default();
        let length = match byte {
            b'"' => text_length(rest),
            b'-' | b'0'..=b'9' => number_length(rest),
            _ => 1,
        };
        let token = body.get(at..at + length).unwrap_or_default();
        if *byte != b'"' && is_beyond(token) {
            clamped.extend_from_slice(body.get(copied..at).unwrap_or_default());
            clamped.extend_from_slice(if *byte == b'-' { b"-1e308" } else { b"1e308" });
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return body;
    }
    clamped.extend_from_slice(body.get(copied..).unwrap_or_default());
    clamped.into()
}

/// Returns the length of a string, including both quotes. If the closing quote is missing, the string extends to the
/// end of the text.
fn text_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

fn number_length(number: &[u8]) -> usize {
    number.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')).count()
}

/// Returns whether `serde_json` rejects this valid number because the number is outside the range of an `f64`.
fn is_beyond(token: &[u8]) -> bool {
    // A number with at most four characters is never too large, so most numbers do not need to be parsed.
    token.len() > 4
        && serde_json::from_slice::<f64>(token).is_err()
        && serde_json::from_slice::<IgnoredAny>(token).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clamped(body: &str) -> String {
        String::from_utf8(clamp_numbers(Bytes::copy_from_slice(body.as_bytes())).to_vec()).unwrap()
    }

    /// H6, H7: only numbers that are too large for an `f64` are replaced.
    #[test]
    fn numbers_too_large_for_a_float_become_the_largest_float() {
        for same in [
            r#"{"expires_in":3600,"a":-1.5e3,"b":[1e308]}"#,
            r#"{"access_token":"1e400","b":"\"1e400","c":"\\"}"#,
            "<html>1e2",
            "access_token=f0d8ad8e741d2f01&refresh_token=1e999",
            "f0d8ad8e741d2f01",
            "8e741",
            "\"1e400",
            "",
        ] {
            assert_eq!(clamped(same), same);
        }
        assert_eq!(clamped(r#"{"e":1e400,"t":"\\"}"#), r#"{"e":1e308,"t":"\\"}"#);
        assert_eq!(clamped(r#"[-1E+9999999999,"1e400",1e999]"#), r#"[-1e308,"1e400",1e308]"#);
        assert_eq!(clamped("\u{feff} [1e400]"), "\u{feff} [1e308]");
        assert_eq!(clamped(&format!("[1{}]", "0".repeat(400))), "[1e308]");
    }
}
