//! Parses the `Content-Type` header of a response (RFC 9110 §8.3). Only this file parses the `Content-Type` header.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use mime::Mime;

/// The media type of a response. The inner value is `None` if the `Content-Type` header is missing or malformed.
pub(crate) struct MediaType(Option<Mime>);

impl MediaType {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self(text.and_then(|text| {
            // Malformed parameters do not make the media type invalid.
            text.parse().or_else(|_| text.split(';').next().unwrap_or(text).trim().parse()).ok()
        }))
    }

    /// Returns `type/subtype` without parameters, in lower case.
    pub(crate) fn essence(&self) -> Option<&str> {
        self.0.as_ref().map(Mime::essence_str)
    }

    /// Returns whether the subtype is `json` or has the suffix `+json` (RFC 6839 §3.1).
    pub(crate) fn is_json(&self) -> bool {
        self.0.as_ref().is_some_and(|kind| kind.subtype() == mime::JSON || kind.suffix() == Some(mime::JSON))
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
        self.0.as_ref()?.get_param(mime::CHARSET).map(|name| name.as_str())
    }
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
