//! Tests which cookies are stored and which requests carry them (RFC 6265). Start with `scopes.rs`.

mod lifetimes;
mod limits;
mod scopes;
mod values;

use super::*;

const LOGIN: &str = "https://shop.example/api/login";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn answer(lines: &[&'static str]) -> HeaderMap {
    lines.iter().map(|line| (SET_COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect()
}

fn after(jar: &Cookies, from: &str, lines: &[&'static str]) -> Cookies {
    SetCookies::of(&answer(lines), &url(from)).unwrap().after(jar)
}

fn set(from: &str, line: &'static str) -> Cookies {
    after(&Cookies::default(), from, &[line])
}

fn sent(jar: &Cookies, to: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    jar.apply(&url(to), &mut headers);
    assert_eq!(jar.has_any(&url(to)), headers.contains_key(COOKIE));
    assert!(headers.values().all(HeaderValue::is_sensitive));
    headers.get(COOKIE).map(|line| line.to_str().unwrap().to_owned())
}

fn goes(jar: &Cookies, to: &str) -> bool {
    sent(jar, to).is_some()
}

fn add(jar: &Cookies, from: &str, line: &str, refreshes: bool) -> Cookies {
    let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(line).unwrap())]);
    let set = SetCookies::of(&headers, &url(from)).unwrap();
    if refreshes { set.that_refresh() } else { set }.after(jar)
}
