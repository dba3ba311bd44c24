//! Tests that cookies are sent and stored unchanged, and in which order they are sent.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::{LOGIN, after, sent, set, url};
use crate::session::cookies::Cookies;

#[test]
fn longer_paths_come_first_then_older_cookies() {
    let lines = ["root=1; Path=/", "api=1; Path=/api", "login=1; Path=/api/login", "api2=1; Path=/api"];
    let jar = after(&Cookies::default(), LOGIN, &lines);
    assert_eq!(sent(&jar, LOGIN).as_deref(), Some("login=1; api=1; api2=1; root=1"));
}

#[test]
fn values_are_sent_unchanged() {
    for (line, pair) in [
        ("a=\"1 2\"", "a=\"1 2\""),
        (" a = b=c== ; HttpOnly; SameSite=Lax; Unknown=x", "a=b=c=="),
        ("a=", "a="),
        ("a=%3D;;;", "a=%3D"),
    ] {
        assert_eq!(sent(&set(LOGIN, line), LOGIN).as_deref(), Some(pair), "{line}");
    }
    for line in ["", "a", "=1", " = 1", "; a=1"] {
        assert!(set(LOGIN, line).is_empty(), "{line}");
    }
}

#[test]
fn the_cookies_of_the_caller_come_first() {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::from_static("own=1"));
    set(LOGIN, "a=1").apply(&url(LOGIN), &mut headers);
    assert_eq!(headers[COOKIE], "own=1; a=1");
}

#[test]
fn stored_cookies_are_read_back_and_never_shown() {
    let lines = ["a=secret", "b=secret; Max-Age=60; Secure; Domain=shop.example"];
    let jar = after(&Cookies::default(), LOGIN, &lines);
    let text = serde_json::to_string(&jar).unwrap();
    assert!(serde_json::from_str::<Cookies>(&text).unwrap() == jar);
    assert_eq!(format!("{jar:?}"), "Cookies(2)");
}
