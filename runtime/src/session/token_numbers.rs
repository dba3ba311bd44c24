//! Numbers in the answer of a token endpoint that no float can hold, such as an `expires_in` of `1e400`. They
//! make JSON that `serde_json` refuses as a whole, tokens and all.

use bytes::Bytes;

/// The same JSON with such numbers at the end of what a float can hold. Anything else stays as it is, also what
/// is no JSON.
pub(crate) fn tame(body: Bytes) -> Bytes {
    let mut tamed = Vec::new();
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
            tamed.extend_from_slice(body.get(copied..at).unwrap_or_default());
            tamed.extend_from_slice(if *byte == b'-' { b"-1e308" } else { b"1e308" });
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return body;
    }
    tamed.extend_from_slice(body.get(copied..).unwrap_or_default());
    tamed.into()
}

/// With both quotes, or to the end of what is there.
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

fn is_beyond(token: &[u8]) -> bool {
    // Nothing shorter is: this spares parsing most of them.
    token.len() > 4
        && std::str::from_utf8(token)
            .is_ok_and(|text| text.parse().is_ok_and(|number: f64| number.is_infinite()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tamed(body: &str) -> String {
        String::from_utf8(tame(Bytes::copy_from_slice(body.as_bytes())).to_vec()).unwrap()
    }

    /// H6, H7: only numbers are touched, and only those that cannot be read.
    #[test]
    fn numbers_that_no_float_holds_become_the_largest() {
        for same in [
            r#"{"expires_in":3600,"a":-1.5e3,"b":[1e308]}"#,
            r#"{"access_token":"1e400","b":"\"1e400","c":"\\"}"#,
            "<html>1e2",
            "\"1e400",
            "",
        ] {
            assert_eq!(tamed(same), same);
        }
        assert_eq!(tamed(r#"{"e":1e400,"t":"\\"}"#), r#"{"e":1e308,"t":"\\"}"#);
        assert_eq!(tamed(r#"[-1E+9999999999,"1e400",1e999]"#), r#"[-1e308,"1e400",1e308]"#);
        assert_eq!(tamed(&format!("[1{}]", "0".repeat(400))), "[1e308]");
    }
}
