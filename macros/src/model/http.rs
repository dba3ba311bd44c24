//! Checks the grammar of HTTP methods, header names, header values and authentication schemes.

/// Returns a header name in lower case, or `None` if the name is invalid.
pub(crate) fn header_name(text: &str) -> Option<String> {
    is_token(text).then(|| text.to_ascii_lowercase())
}

/// Whether `text` is a portable header value: visible ASCII characters, spaces and tabs.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
}

/// Whether `text` is a `token` as defined in RFC 9110. HTTP methods, header names, cookie names and authentication
/// schemes have the syntax of a `token`.
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
    fn header_values_are_visible_ascii_spaces_and_tabs() {
        assert!(is_header_value(""));
        assert!(is_header_value("application/json; q=0.9"));
        for wrong in ["a\nb", "a\0", "ü", "\u{7f}"] {
            assert!(!is_header_value(wrong), "{wrong:?}");
        }
    }
}
