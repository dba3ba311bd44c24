//! Tests when a cookie expires, is replaced or is deleted, and when a login that depends on a cookie ends.

use super::{LOGIN, after, answer, goes, sent, set, url};
use crate::session::cookies::{Cookies, SetCookies};

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
