//! Parses the `Content-Type` header of a response (RFC 9110 §8.3). Only this file parses the `Content-Type` header.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The media type of a response. The inner value is `None` if the `Content-Type` header is missing or malformed.
pub(crate) struct MediaType(Option<Parsed>);

struct Parsed {
    essence: String,
    charset: Option<String>,
}

impl MediaType {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self(text.and_then(|text| {
            let (essence, parameters) = split_parameter(text);
            let (kind, subtype) = essence.split_once('/')?;
            // Malformed parameters do not make the media type invalid.
            let is_valid = is_token(kind) && is_token(subtype);
            is_valid
                .then(|| Parsed { essence: essence.to_ascii_lowercase(), charset: charset_of(parameters) })
        }))
    }

    /// Returns `type/subtype` without parameters, in lower case.
    pub(crate) fn essence(&self) -> Option<&str> {
        self.0.as_ref().map(|kind| &*kind.essence)
    }

    /// Returns whether the subtype is `json` or has the suffix `+json` (RFC 6839 §3.1).
    pub(crate) fn is_json(&self) -> bool {
        self.essence().is_some_and(|essence| essence.ends_with("/json") || essence.ends_with("+json"))
    }

    /// Returns whether the body contains JSON problem details (RFC 9457 §3).
    pub(crate) fn is_problem(&self) -> bool {
        self.essence() == Some("application/problem+json")
    }

    /// Returns whether the body is HTML. An HTML page usually comes from a proxy or firewall rather than from the API.
    pub(crate) fn is_html(&self) -> bool {
        self.essence() == Some("text/html")
    }

    /// Returns whether the body contains server-sent events (HTML standard §9.2.5).
    pub(crate) fn is_events(&self) -> bool {
        self.essence() == Some("text/event-stream")
    }

    /// Returns the character encoding that the `Content-Type` header specifies.
    pub(crate) fn charset(&self) -> Option<&str> {
        self.0.as_ref()?.charset.as_deref()
    }
}

/// Returns the value of the first `charset` parameter.
fn charset_of(mut parameters: &str) -> Option<String> {
    while !parameters.is_empty() {
        let (parameter, rest) = split_parameter(parameters);
        if let Some((name, value)) = parameter.split_once('=') {
            if name.trim().eq_ignore_ascii_case("charset") {
                let charset = value.trim().trim_matches('"');
                return is_token(charset).then(|| charset.to_owned());
            }
        }
        parameters = rest;
    }
    None
}

/// Splits the text at the first semicolon that is not part of a quoted string (RFC 9110 §5.6.4).
fn split_parameter(text: &str) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = text.bytes().position(|byte| {
        is_quoted ^= byte == b'"' && !is_escaped;
        is_escaped = is_quoted && byte == b'\\' && !is_escaped;
        byte == b';' && !is_quoted
    });
    let (part, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
    (part.trim(), rest.strip_prefix(';').unwrap_or_default())
}

/// Returns whether the text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Returns whether the byte can be part of a token (RFC 9110 §5.6.2).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> MediaType {
        MediaType::of(&HeaderMap::from_iter([(CONTENT_TYPE, text.parse().unwrap())]))
    }

    #[test]
    fn json_is_recognized_by_name_or_suffix_in_any_case() {
        for json in
            ["application/json", "Application/JSON; charset=utf-8", "application/problem+json", "text/json"]
        {
            assert!(of(json).is_json(), "{json}");
        }
        for other in ["text/plain", "application/jsonp", "application/x-ndjson", "nonsense", ""] {
            assert!(!of(other).is_json(), "{other}");
        }
        assert!(of("application/problem+json").is_problem());
        assert!(of("TEXT/HTML").is_html());
        assert!(MediaType::of(&HeaderMap::new()).essence().is_none());
    }

    #[test]
    fn broken_parameters_do_not_hide_the_type() {
        for text in [
            "application/json;",
            "application/json; charset",
            "application/json ; q=\"x",
            "application/json;;",
        ] {
            assert_eq!(of(text).essence(), Some("application/json"), "{text}");
        }
    }

    #[test]
    fn a_malformed_charset_is_ignored() {
        for charset in ["", "\"\"", "utf-8, text/plain", "utf-8 (x)", "utf-8 charset=utf-8", "\"a b\""] {
            let kind = of(&format!("text/plain; charset={charset}"));
            assert_eq!(kind.charset(), None, "{charset}");
        }
    }

    #[test]
    fn the_charset_is_returned_as_written() {
        assert_eq!(
            of("text/plain; charset=ISO-8859-1").charset().map(str::to_lowercase).as_deref(),
            Some("iso-8859-1")
        );
        assert_eq!(of("text/plain;charset=\"windows-1252\"").charset(), Some("windows-1252"));
        assert_eq!(of("text/plain").charset(), None);
    }

    #[test]
    fn a_quoted_parameter_can_contain_a_semicolon() {
        for text in [
            r#"text/plain; x="a;charset=b"; charset=utf-8"#,
            r#"text/plain; x="a\";charset=b"; Charset="utf-8""#,
            r#"text/plain; x="a\\"; charset=utf-8; charset=b"#,
        ] {
            assert_eq!(of(text).charset(), Some("utf-8"), "{text}");
        }
        assert_eq!(
            of(r#"text/plain; x="a; charset=utf-8"#).charset(),
            None,
            "the quoted string does not end"
        );
    }

    #[test]
    fn valid_media_types_are_parsed_as_another_crate_parses_them() {
        for text in [
            "text/plain",
            "Text/HTML; Charset=UTF-8",
            "application/vnd.api+json;version=1;charset=utf-16le",
            r#"text/plain; x="a;charset=b"; charset="iso-8859-1""#,
            r#"multipart/mixed; boundary="a b=c;d""#,
            "image/svg+xml; a=b; c=d",
        ] {
            let expected: mime::Mime = text.parse().unwrap();
            let charset = expected.get_param("charset").map(|charset| charset.as_str().to_lowercase());
            assert_eq!(of(text).essence(), Some(expected.essence_str()), "{text}");
            assert_eq!(of(text).charset().map(str::to_lowercase), charset, "{text}");
        }
    }
}
