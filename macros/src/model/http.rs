//! HEADER

/// The name of a header as it goes over the wire, in lower case.
pub(crate) fn header_name(text: &str) -> Option<String> {
    is_token(text).then(|| text.to_ascii_lowercase())
}

/// Whether `text` can be a header's value: visible ASCII and blanks, as every server understands it.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
}

/// RFC 9110 `token`: what methods, names of headers and cookies, and schemes are made of.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_are_tokens_and_become_lower_case() {
        assert_eq!(header_name("X-Trace-Id").as_deref(), Some("x-trace-id"));
        for wrong in ["", "x y", "x:y", "ü", "a\n"] {
            assert_eq!(header_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn header_values_are_visible_ascii_and_blanks() {
        assert!(is_header_value(""));
        assert!(is_header_value("application/json; q=0.9"));
        for wrong in ["a\nb", "a\0", "ü", "\u{7f}"] {
            assert!(!is_header_value(wrong), "{wrong:?}");
        }
    }
}
