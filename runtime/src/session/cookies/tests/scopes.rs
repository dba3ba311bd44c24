//! Tests which requests carry a cookie, and which cookies are ignored because of their domain or the prefix of their
//! name.

use super::{LOGIN, add, goes, sent, set};
use crate::session::cookies::Cookies;

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
