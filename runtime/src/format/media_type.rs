//! Parses the `Content-Type` header of a response (RFC 9110 §8.3). Only this file parses the `Content-Type` header.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The media type of a response. The inner value is `None` if the `Content-Type` header is missing or malformed.
pub(crate) struct MediaType(Option<Parsed>);

struct Parsed {
    /// The text `type/subtype` in lower case.
    essence: String,
    charset: Option<String>,
}

impl MediaType {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self(text.and_then(|text| {
            // Malformed parameters do not make the type itself invalid.
            let mut parts = text.split(';');
            let essence = parts.next()?.trim();
            let (kind, subtype) = essence.split_once('/')?;
            let valid = is_token(kind) && is_token(subtype);
            let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
                name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
            });
            valid.then(|| Parsed { essence: essence.to_ascii_lowercase(), charset })
        }))
    }

    /// Returns `type/subtype` without parameters, in lower case.
    pub(crate) fn essence(&self) -> Option<&str> {
        self.0.as_ref().map(|kind| &*kind.essence)
    }

    /// Returns whether the type is JSON, by its subtype or by its suffix `+json` (RFC 6839 §3.1).
    pub(crate) fn is_json(&self) -> bool {
        self.essence().is_some_and(|essence| essence.ends_with("/json") || essence.ends_with("+json"))
    }

    /// Returns whether the body is a JSON problem (RFC 9457 §3).
    pub(crate) fn is_problem(&self) -> bool {
        self.essence() == Some("application/problem+json")
    }

    /// Returns whether the body is a web page, which a proxy or firewall probably sent in place of the API.
    pub(crate) fn is_html(&self) -> bool {
        self.essence() == Some("text/html")
    }

    /// Returns whether the body contains server-sent events (HTML standard §9.2.5).
    pub(crate) fn is_events(&self) -> bool {
        self.essence() == Some("text/event-stream")
    }

    /// Returns the character encoding that the header specifies.
    pub(crate) fn charset(&self) -> Option<&str> {
        self.0.as_ref()?.charset.as_deref()
    }
}

/// Returns whether the text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> MediaType {
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
    fn the_charset_is_returned_as_written() {
        assert_eq!(
            of("text/plain; charset=ISO-8859-1").charset().map(str::to_lowercase).as_deref(),
            Some("iso-8859-1")
        );
        assert_eq!(of("text/plain;charset=\"windows-1252\"").charset(), Some("windows-1252"));
        assert_eq!(of("text/plain").charset(), None);
    }
}
