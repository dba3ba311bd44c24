//! Detects responses that report an exceeded rate limit.

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde_json::Value;

use crate::format::json_pointer::look_up;

/// The rate-limit reasons that Google's APIs send with a 403 response, in lowercase and without underscores.
const LIMITS: [&str; 9] = [
    "ratelimitexceeded",
    "userratelimitexceeded",
    "sharingratelimitexceeded",
    "dailylimitexceeded",
    "dailylimitexceededunreg",
    "concurrentlimitexceeded",
    "quotaexceeded",
    "resourcequotaexceeded",
    "resourceexhausted",
];

/// Whether the headers report a rate limit: `Retry-After` (RFC 9110 §10.2.3), or `x-ratelimit-remaining: 0` from
/// GitHub.
pub(crate) fn in_headers(headers: &HeaderMap) -> bool {
    headers.contains_key(RETRY_AFTER) || headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0")
}

/// Whether the body contains a rate-limit reason from a Google API (in the older or newer error format) or GitHub's
/// rate-limit message.
pub(crate) fn in_body(body: &[u8]) -> bool {
    let is_limit = |value: &Value| value.as_str().is_some_and(is_limit);
    let any_reason = |pointer| {
        let items = look_up(body, pointer);
        let mut items = items.iter().filter_map(Value::as_array).flatten();
        items.any(|item| item.get("reason").is_some_and(is_limit))
    };
    look_up(body, "/error/status").is_some_and(|status| is_limit(&status))
        || any_reason("/error/errors")
        || any_reason("/error/details")
        || look_up(body, "/message").is_some_and(|message| {
            message.as_str().is_some_and(|text| text.to_ascii_lowercase().contains("rate limit"))
        })
}

fn is_limit(reason: &str) -> bool {
    let plain: String =
        reason.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect();
    LIMITS.contains(&plain.as_str())
}
