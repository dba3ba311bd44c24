//! [`DeviceAnswer`] parses the response from the device authorization endpoint (RFC 8628 §3.2), and accepts common
//! deviations from the RFC.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use super::authorization_error::untrusted;
use super::description::is_plain;
use crate::error::{Error, Result};
use crate::format::json_number::seconds;
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;
use crate::refresh::error_code::document;

/// The maximum length of the code that a user types, in bytes.
const LONGEST_CODE: usize = 64;
const LONGEST_URL: usize = 2048;
/// The polling interval if the server does not send one (RFC 8628 §3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// The minimum polling interval, for servers that send an interval of 0.
const SHORTEST: Duration = Duration::from_secs(1);
/// The lifetime of a device code if the server does not send one.
const LIFETIME: Duration = Duration::from_secs(300);
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

pub(super) struct DeviceAnswer {
    pub(super) device_code: String,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    pub(super) verification_uri_complete: Option<String>,
    pub(super) lifetime: Duration,
    pub(super) interval: Duration,
}

impl DeviceAnswer {
    /// Reads the response. Text that is shown to the user must not contain control characters, because a terminal would
    /// interpret them.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        let document = document(headers, body).unwrap_or_default();
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let seconds = |name: &str| document.get(name).and_then(duration);
        let device_code = text("device_code").filter(|code| !code.is_empty());
        let user_code = text("user_code").filter(|code| is_plain(code, LONGEST_CODE));
        // Google uses the name `verification_url`, which predates RFC 8628.
        let uri = text("verification_uri").or_else(|| text("verification_url")).filter(|uri| is_page(uri));
        let complete = text("verification_uri_complete").filter(|uri| is_page(uri));
        let lifetime = seconds("expires_in").filter(|lifetime| !lifetime.is_zero()).unwrap_or(LIFETIME);
        Ok(Self {
            device_code: device_code.ok_or_else(|| missing("device_code"))?,
            user_code: user_code.ok_or_else(|| missing("user_code"))?,
            verification_uri: uri.ok_or_else(|| missing("verification_uri"))?,
            verification_uri_complete: complete,
            lifetime: lifetime.min(LONGEST_LIFETIME),
            interval: seconds("interval").unwrap_or(INTERVAL).max(SHORTEST),
        })
    }
}

fn missing(name: &str) -> Error {
    untrusted(format!(
        "the response from the device authorization endpoint has no valid `{name}`. Check the authorization server"
    ))
}

/// Returns whether `uri` is a web URL that can be shown to a user.
fn is_page(uri: &str) -> bool {
    let is_secure = |url: Url| match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    is_plain(uri, LONGEST_URL) && Url::parse(uri).is_ok_and(is_secure)
}

/// Parses a number of seconds from a JSON number or a JSON string.
fn duration(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds(value)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: &Value) -> Result<DeviceAnswer> {
        let mut document = json!({
            "device_code": "secret", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example/device",
            "expires_in": 1800, "interval": 5,
        });
        for (name, value) in change.as_object().unwrap() {
            document[name] = value.clone();
        }
        DeviceAnswer::read(&HeaderMap::new(), document.to_string().as_bytes())
    }

    #[test]
    fn intervals_and_lifetimes_are_read_as_servers_write_them() {
        for (written, interval) in [
            (json!(5), 5),
            (json!("7"), 7),
            (json!(0), 1),
            (json!(null), 5),
            (json!("soon"), 5),
            (json!(-3), 5),
            (json!(1e300), 5),
        ] {
            assert_eq!(
                read(&json!({ "interval": written })).unwrap().interval.as_secs(),
                interval,
                "{written}"
            );
        }
        for (written, lifetime) in
            [(json!("600"), 600), (json!(0), 300), (json!(null), 300), (json!(9e9), 86400)]
        {
            assert_eq!(
                read(&json!({ "expires_in": written })).unwrap().lifetime.as_secs(),
                lifetime,
                "{written}"
            );
        }
    }

    #[test]
    fn only_plain_texts_are_shown() {
        for (name, value) in [
            ("user_code", "AB\u{1b}[2J"),
            ("user_code", "AB\u{202e}CD"),
            ("user_code", ""),
            ("verification_uri", "javascript:alert(1)"),
            ("verification_uri", "http://id.example/device"),
            ("verification_uri", "https://id.example/\n"),
            ("device_code", ""),
        ] {
            let error = read(&json!({ name: value })).err().unwrap().to_string();
            assert!(error.contains(name), "{error}");
        }
        let complete =
            |uri: &str| read(&json!({ "verification_uri_complete": uri })).unwrap().verification_uri_complete;
        assert_eq!(complete("javascript:alert(1)"), None);
        assert!(complete("https://id.example/device?user_code=WDJB-MJHT").is_some());
    }

    #[test]
    fn the_name_that_google_uses_is_read() {
        let answer =
            read(&json!({ "verification_uri": null, "verification_url": "https://id.example/g" })).unwrap();
        assert_eq!(answer.verification_uri, "https://id.example/g");
    }
}
