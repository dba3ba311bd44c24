//! Converts a urlencoded document into a JSON object, because some token endpoints return urlencoded data unless the
//! request asks for JSON.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::media_type::MediaType;

/// Reads a urlencoded document. Returns `None` if the headers or the body show that the document is not urlencoded.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    let kind = MediaType::of(headers);
    let certain = kind.essence() == Some("application/x-www-form-urlencoded");
    let possible = || !kind.is_json() && !kind.is_html() && looks_urlencoded(body);
    (certain || possible()).then(|| {
        let mut members = Map::new();
        for (name, value) in form_urlencoded::parse(body.trim_ascii()) {
            members.insert(name.to_string(), member(&name, &value));
        }
        Value::Object(members)
    })
}

/// Converts a urlencoded document into a JSON object.
pub(crate) fn as_json(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    let document = read(headers, body)?;
    let mut json = vec![b'{'];
    for (name, value) in document.as_object()? {
        if json.len() > 1 {
            json.push(b',');
        }
        serde_json::to_writer(&mut json, name).ok()?;
        json.push(b':');
        match value.as_u64() {
            Some(number) => json.extend_from_slice(number.to_string().as_bytes()),
            None => serde_json::to_writer(&mut json, value.as_str()?).ok()?,
        }
    }
    json.push(b'}');
    Some(json)
}

/// Returns whether the body looks like a urlencoded token response. Some servers send a urlencoded token response as
/// plain text.
fn looks_urlencoded(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    let is_start = |name: &[u8]| body.starts_with(name) || contains(body, &[b"&", name].concat());
    (is_start(b"access_token=") || is_start(b"error="))
        && !body.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'"' | b'<'))
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

/// Converts one form field into a JSON value. A token lifetime, such as `expires_in`, becomes a number, as in a JSON
/// token response. All other values become strings.
fn member(name: &str, value: &str) -> Value {
    let number = name.to_ascii_lowercase().contains("expire").then(|| value.parse::<u64>().ok()).flatten();
    number.map_or_else(|| value.into(), Value::from)
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::json;

    use super::*;

    fn read_as(kind: &'static str, body: &str) -> Option<Value> {
        read(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]), body.as_bytes())
    }

    #[test]
    fn a_urlencoded_document_becomes_an_object() {
        let body = "access_token=gho_1%2B2&scope=repo%2Cgist&token_type=bearer&expires_in=28800";
        let object = json!({ "access_token": "gho_1+2", "scope": "repo,gist", "token_type": "bearer", "expires_in": 28800 });
        assert_eq!(read_as("application/x-www-form-urlencoded; charset=utf-8", body), Some(object.clone()));
        assert_eq!(read_as("text/plain", body), Some(object.clone()));
        let json = as_json(&HeaderMap::new(), body.as_bytes()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), object);
        assert_eq!(
            read_as("text/plain", "error=bad_refresh_token"),
            Some(json!({ "error": "bad_refresh_token" }))
        );
    }

    #[test]
    fn other_documents_are_not_urlencoded() {
        for (kind, body) in [
            ("application/json", "access_token=a"),
            ("text/html", "access_token=a"),
            ("text/plain", "{\"access_token=\": 1}"),
            ("text/plain", "Bad gateway"),
            ("text/plain", ""),
        ] {
            assert_eq!(read_as(kind, body), None, "{kind} {body}");
        }
    }
}
