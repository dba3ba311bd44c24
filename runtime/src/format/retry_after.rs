//! Reads how long a client must wait before it sends the next request. The server specifies the wait with `Retry-After`
//! (RFC 9110 §10.2.3) or with the reset time of an exhausted rate limit.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use super::date;
use crate::platform::time::wall;

/// An `x-ratelimit-reset` value of at least this number is treated as a Unix timestamp. An `x-ratelimit-reset` value
/// below this threshold is the number of seconds until the reset.
const EARLIEST_DATE: u64 = 1_000_000_000;

/// Reads `Retry-After`, which contains a number of seconds or a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Some(until(date::parse(text)?))
}

/// Returns the wait that `Retry-After` requests or, if the header is missing, the wait until an exhausted rate limit is
/// reset.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers).or_else(|| limit(headers)).or_else(|| reset(headers))
}

/// Reads `RateLimit: "default";r=0;t=30` (draft-ietf-httpapi-ratelimit-headers). If several rate limits are exhausted,
/// the function returns the longest wait.
fn limit(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all("ratelimit").iter().filter_map(|line| line.to_str().ok());
    let waits = lines.flat_map(|line| line.split(',')).filter_map(|item| {
        let parameter = |name: &str| {
            let mut parameters = item.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
            parameters.find(|(key, _)| *key == name)?.1.parse::<u64>().ok()
        };
        parameter("r").filter(|remaining| *remaining == 0)?;
        parameter("t")
    });
    waits.max().map(Duration::from_secs)
}

/// Reads `x-ratelimit-reset` if `x-ratelimit-remaining` is 0. Also reads `ratelimit-reset` if `ratelimit-remaining` is
/// zero.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let names = [("x-ratelimit-remaining", "x-ratelimit-reset"), ("ratelimit-remaining", "ratelimit-reset")];
    names.into_iter().find_map(|(remaining, reset)| {
        number(remaining).filter(|left| *left == 0)?;
        let reset = Duration::from_secs(number(reset)?);
        if reset.as_secs() < EARLIEST_DATE {
            return Some(reset);
        }
        UNIX_EPOCH.checked_add(reset).map(until)
    })
}

fn until(time: SystemTime) -> Duration {
    time.duration_since(wall()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        lines.collect()
    }

    #[test]
    fn a_wait_is_read_from_retry_after_and_from_limits_with_nothing_remaining() {
        let seconds = |lines| wait(&headers(lines)).map(|wait| wait.as_secs());
        assert_eq!(seconds(&[("retry-after", " 7 ")]), Some(7));
        assert_eq!(seconds(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        assert_eq!(seconds(&[("retry-after", "soon")]), None);
        assert_eq!(seconds(&[("retry-after", "-1")]), None);
        assert_eq!(seconds(&[("ratelimit", r#""burst";r=0;t=3, "daily";r=0;t=30"#)]), Some(30));
        assert_eq!(seconds(&[("ratelimit", r#""default";r=1;t=30"#)]), None);
        assert_eq!(seconds(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")]), Some(9));
        assert_eq!(seconds(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "9")]), Some(9));
        assert_eq!(seconds(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "9")]), None);
        assert_eq!(seconds(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000000001")]), Some(0));
        assert_eq!(seconds(&[("x-ratelimit-remaining", "0")]), None);
        let both = [("retry-after", "5"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")];
        assert_eq!(seconds(&both), Some(5));
    }

    #[test]
    fn a_date_in_the_future_is_a_wait_until_then() {
        let far = wait(&headers(&[("retry-after", "Fri, 31 Dec 2199 23:59:59 GMT")]));
        assert!(far.is_some_and(|wait| wait > Duration::from_secs(3600)));
    }
}
