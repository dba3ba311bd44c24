//! Tests the limits on the number and size of cookies, and which cookies are removed first (RFC 6265bis).

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use super::{LOGIN, add, goes, sent, url};
use crate::session::cookies::{Cookies, SetCookies};

fn count(jar: &Cookies, to: &str) -> usize {
    sent(jar, to).map_or(0, |line| line.split("; ").count())
}

#[test]
fn a_cookie_of_more_than_4096_bytes_is_ignored() {
    let name = "n".repeat(96);
    let fits = format!("{name}={}; Path=/", "v".repeat(4000));
    let jar = add(&Cookies::default(), LOGIN, &fits, false);
    assert_eq!(count(&jar, LOGIN), 1);
    let longer = format!("{name}x={}; Path=/", "v".repeat(4000));
    assert_eq!(count(&add(&jar, LOGIN, &longer, false), LOGIN), 1);
    let long_path = format!("a=1; Path=/{}", "p".repeat(1024));
    assert!(goes(&add(&Cookies::default(), LOGIN, &long_path, false), LOGIN), "the attribute is ignored");
}

#[test]
fn a_host_has_at_most_50_cookies_and_a_session_180() {
    let mut jar = Cookies::default();
    for number in 0..2000 {
        jar = add(&jar, LOGIN, &format!("c{number}=1; Path=/"), false);
    }
    assert_eq!(count(&jar, LOGIN), 50);
    let line = sent(&jar, LOGIN).unwrap();
    assert!(line.contains("c1999=1") && line.contains("c1950=1") && !line.contains("c1949=1"), "{line}");
    for host in 0..10 {
        for number in 0..50 {
            let line = format!("c{number}=1; Path=/; Domain=h{host}.shop.example");
            jar = add(&jar, &format!("https://h{host}.shop.example/"), &line, false);
        }
    }
    assert_eq!(jar.0.len(), 180);
    assert_eq!(count(&jar, LOGIN), 0, "the cookies of this host were used before all others");
}

#[test]
fn the_cookie_that_was_used_the_longest_time_ago_goes_first() {
    let mut jar = Cookies::default();
    for number in 0..50 {
        let path = if number == 0 { "/used" } else { "/elsewhere" };
        jar = add(&jar, LOGIN, &format!("c{number}=1; Path={path}"), false);
    }
    for number in 50..99 {
        assert!(sent(&jar, "https://shop.example/used").unwrap().contains("c0=1"));
        jar = add(&jar, "https://shop.example/used", &format!("c{number}=1; Path=/elsewhere"), false);
    }
    assert!(goes(&jar, "https://shop.example/used"), "sending a cookie is a use");
    assert_eq!(count(&jar, "https://shop.example/elsewhere"), 49);
}

#[test]
fn cookies_that_refresh_are_never_displaced_by_others() {
    let jar = add(&Cookies::default(), LOGIN, "refresh=1; Path=/api/refresh", true);
    let mut jar = Cookies(serde_json::from_value(serde_json::to_value(jar.0).unwrap()).unwrap());
    for number in 0..1000 {
        jar = add(&jar, LOGIN, &format!("c{number}=1; Path=/"), false);
    }
    assert!(sent(&jar, "https://shop.example/api/refresh").unwrap().contains("refresh=1"));
    jar = add(&jar, LOGIN, "refresh=2; Path=/api/refresh", false);
    for number in 0..1000 {
        jar = add(&jar, LOGIN, &format!("d{number}=1; Path=/"), false);
    }
    assert!(
        sent(&jar, "https://shop.example/api/refresh").unwrap().contains("refresh=2"),
        "the replaced cookie is kept, too"
    );
    // The cookie limits also apply to cookies that a refresh might need.
    for number in 0..1000 {
        jar = add(&jar, LOGIN, &format!("r{number}=1; Path=/"), true);
    }
    assert_eq!(jar.0.len(), 50);
}

#[test]
fn cookies_that_come_with_every_refresh_do_not_displace_the_one_that_refreshes() {
    for path in ["/", "/api/refresh"] {
        for stored in [false, true] {
            let mut jar = add(&Cookies::default(), LOGIN, &format!("session=1; Path={path}"), true);
            for number in 0..200 {
                if stored {
                    jar = Cookies(serde_json::from_value(serde_json::to_value(jar.0).unwrap()).unwrap());
                }
                let line = sent(&jar, "https://shop.example/api/refresh").unwrap();
                assert!(line.contains("session=1"), "after {number} refreshes with {path}");
                assert!(
                    number == 0 || line.contains(&format!("nonce{}=1", number - 1)),
                    "the newest: {line}"
                );
                jar = add(&jar, LOGIN, "seen=1; Path=/", false);
                sent(&jar, "https://shop.example/orders");
                jar = add(&jar, LOGIN, &format!("nonce{number}=1; Path=/"), true);
            }
            assert!(jar.0.len() <= 50);
        }
    }
}

#[test]
fn the_cookies_of_the_last_refresh_are_kept() {
    let mut jar = Cookies::default();
    for number in 0..200 {
        let lines = ["session", "guard"].map(|name| format!("{name}{number}=1; Path=/"));
        let mut headers = HeaderMap::new();
        for line in &lines {
            headers.append(SET_COOKIE, HeaderValue::from_str(line).unwrap());
        }
        jar = SetCookies::of(&headers, &url(LOGIN)).unwrap().that_refresh().after(&jar);
        let line = sent(&jar, LOGIN).unwrap();
        assert!(
            ["session", "guard"].iter().all(|name| line.contains(&format!("{name}{number}=1"))),
            "{line}"
        );
    }
    assert_eq!(jar.0.len(), 50);
}

/// Older versions of this crate did not limit the number of cookies and did not record which cookies were set by a
/// login or a refresh. If a stored session contains too many cookies, the oldest cookies are kept.
#[test]
fn the_limits_hold_for_a_stored_jar() {
    let cookie = |number: u32| {
        let (name, path) = if number == 0 { ("refresh", "/api/refresh") } else { ("tracking", "/") };
        serde_json::json!({
            "name": format!("{name}{number}"), "value": "1", "path": path, "domain": "shop.example",
            "host_only": true, "secure": false, "expires": null,
        })
    };
    let jar: Cookies = serde_json::from_value((0..2000).map(cookie).collect()).unwrap();
    assert_eq!(jar.0.len(), 50);
    assert!(sent(&jar, "https://shop.example/api/refresh").unwrap().contains("refresh0=1"));
}
