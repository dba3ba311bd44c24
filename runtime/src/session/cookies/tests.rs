//! Tests which cookies are stored and which requests carry them (RFC 6265).

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

#[test]
fn a_cookie_without_a_domain_goes_to_its_host_only() {
    for line in ["a=1; Path=/", "a=1; Path=/; Domain=", "a=1; Path=/; Domain=."] {
        let jar = set(LOGIN, line);
        assert_eq!(sent(&jar, "https://shop.example/").as_deref(), Some("a=1"));
        assert!(goes(&jar, "https://shop.example:8443/"), "the port is ignored");
        for other in ["https://www.shop.example/", "https://example/", "https://evilshop.example/"] {
            assert!(!goes(&jar, other), "{line} {other}");
        }
    }
}

#[test]
fn a_domain_includes_its_subdomains() {
    for line in ["a=1; Path=/; Domain=shop.example", "a=1; path=/; DOMAIN=.Shop.Example"] {
        let jar = set("https://api.shop.example/login", line);
        for own in ["https://shop.example/", "https://api.shop.example/", "https://a.b.shop.example/"] {
            assert!(goes(&jar, own), "{line} {own}");
        }
        assert!(!goes(&jar, "https://evilshop.example/"));
    }
    let jar = set("https://api.bücher.example/", "a=1; Domain=bücher.example; Path=/");
    assert!(goes(&jar, "https://xn--bcher-kva.example/"), "both spellings of the host are equal");
}

#[test]
fn a_cookie_for_another_host_is_ignored() {
    for line in ["a=1; Domain=other.example", "a=1; Domain=www.shop.example", "a=1; Domain=op.example"] {
        assert!(set(LOGIN, line).is_empty(), "{line}");
    }
    assert!(set("http://127.0.0.1/", "a=1; Domain=0.0.1").is_empty());
    assert!(goes(&set("http://127.0.0.1/", "a=1; Domain=127.0.0.1"), "http://127.0.0.1/"));
    assert!(goes(&set("http://[::1]:80/", "a=1"), "http://[::1]/"));
}

#[test]
fn a_cookie_goes_to_its_path_and_below() {
    for (line, path) in [
        ("a=1", "/api"),
        ("a=1; Path=", "/api"),
        ("a=1; Path=orders", "/api"),
        ("a=1; Path=/api/", "/api/"),
        ("a=1; Path=/", "/"),
        ("a=1; Path=/x; Path=/api", "/api"),
    ] {
        let jar = set(LOGIN, line);
        let to = |path: &str| goes(&jar, &format!("https://shop.example{path}"));
        assert!(to("/api/orders"), "{line}");
        assert_eq!(to("/api"), path != "/api/", "{line}");
        assert_eq!(to("/apis"), path == "/", "{line}");
        assert_eq!(to("/"), path == "/", "{line}");
    }
    assert!(goes(&set("https://shop.example/login", "a=1"), "https://shop.example/"));
}

#[test]
fn a_secure_cookie_goes_to_https_and_loopback() {
    let jar = set(LOGIN, "a=1; Path=/; Secure");
    assert!(goes(&jar, "https://shop.example/"));
    assert!(!goes(&jar, "http://shop.example/"));
    assert!(goes(&set("http://localhost:3000/", "a=1; secure=no; Path=/"), "http://localhost:3000/"));
}

#[test]
fn a_cookie_expires_when_it_says() {
    for line in [
        "a=1",
        "a=1; Max-Age=60",
        "a=1; Max-Age=99999999999999999999999",
        "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
        "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        "a=1; Expires=0; Max-Age=1h",
    ] {
        assert!(goes(&set(LOGIN, line), LOGIN), "{line}");
    }
    for line in [
        "a=1; Max-Age=0",
        "a=1; Max-Age=-1; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        "a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
        "a=1; Expires=Sat, 01 Jan 1601 00:00:00 GMT",
    ] {
        assert!(set(LOGIN, line).is_empty(), "{line}");
    }
}

#[test]
fn a_newer_cookie_replaces_an_older_one_and_an_expired_one_deletes_it() {
    let jar = after(&Cookies::default(), LOGIN, &["a=1", "b=1", "a=other; Path=/", "a=2"]);
    assert_eq!(sent(&jar, LOGIN).as_deref(), Some("a=2; b=1; a=other"));
    let jar = after(&jar, LOGIN, &["a=; Max-Age=0"]);
    assert_eq!(sent(&jar, LOGIN).as_deref(), Some("b=1; a=other"));
    let same = after(&jar, LOGIN, &["never=; Max-Age=0"]);
    assert!(same == jar);
}

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

fn count(jar: &Cookies, to: &str) -> usize {
    sent(jar, to).map_or(0, |line| line.split("; ").count())
}

fn add(jar: &Cookies, from: &str, line: &str, refreshes: bool) -> Cookies {
    let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(line).unwrap())]);
    let set = SetCookies::of(&headers, &url(from)).unwrap();
    if refreshes { set.that_refresh() } else { set }.after(jar)
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

/// The requirements of the cookie name prefixes `__Host-` and `__Secure-` are enforced (RFC 6265bis §4.1.3).
#[test]
fn prefixes_of_names_are_enforced() {
    let accepted = |from: &str, line: &str| !add(&Cookies::default(), from, line, false).is_empty();
    for (line, valid) in [
        ("__Secure-a=1; Secure", true),
        ("__Secure-a=1", false),
        ("__secure-a=1; Path=/", false),
        ("__Host-a=1; Secure; Path=/", true),
        ("__Host-a=1; Secure", false),
        ("__Host-a=1; Path=/", false),
        ("__Host-a=1; Secure; Path=/api", false),
        ("__HOST-a=1; Secure; Path=/; Domain=shop.example", false),
        ("__Hosta=1", true),
    ] {
        assert_eq!(accepted(LOGIN, line), valid, "{line}");
        assert_eq!(accepted("http://localhost/", line), valid && !line.contains("Domain"), "{line}");
    }
    for line in ["__Secure-a=1; Secure", "__Host-a=1; Secure; Path=/"] {
        assert!(!accepted("http://shop.example/", line), "{line}");
    }
    // `__Host-` requires a `Path` attribute, and a default path is not sufficient.
    assert!(!accepted("https://shop.example/login", "__Host-a=1; Secure"));
}

/// Cookies that are valid for the entire site do not affect when the login ends.
#[test]
fn the_nearest_refreshing_cookie_says_when_the_login_ends() {
    let url = url("https://shop.example/auth/refresh");
    let end = |lines: &[&'static str], refreshes: bool| {
        let set = SetCookies::of(&answer(lines), &url).unwrap();
        let set = if refreshes { set.that_refresh() } else { set };
        set.after(&Cookies::default()).end_at(&url).map(|end| end.lifetime.as_secs())
    };
    let long = "r=1; Path=/auth/refresh; Max-Age=2000";
    assert_eq!(end(&[long], true), Some(2000));
    assert_eq!(end(&[long], false), None, "an ordinary response set the cookie");
    assert_eq!(end(&[long, "a=1; Path=/; Max-Age=60"], true), Some(2000));
    assert_eq!(end(&[long, "b=1; Path=/"], true), Some(2000));
    assert_eq!(
        end(&[long, "c=1; Path=/auth/refresh"], true),
        None,
        "the other one may be the one that counts"
    );
    assert_eq!(end(&[long, "d=1; Path=/auth/refresh; Max-Age=60"], true), Some(2000));
    assert_eq!(end(&[long, "e=1; Path=/auth/refresh/more; Max-Age=60"], true), Some(2000), "not sent there");
    assert_eq!(end(&["f=1; Path=/"], true), None);
}
