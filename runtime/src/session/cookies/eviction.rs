//! [`evict`] removes cookies when a session has too many.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::cookie::Cookie;
use super::limits::{MAX, MAX_OF_HOST};

/// Removes cookies until their number is within the limits. The least recently used cookie is removed first. A cookie
/// that a refresh might need is removed only if no other cookies are left.
///
/// `before` is the number of cookies that this process had received before the most recent response.
pub(super) fn evict(cookies: &mut Vec<Cookie>, before: u64) {
    if cookies.len() <= MAX_OF_HOST {
        return;
    }
    let hosts: BTreeSet<String> = cookies.iter().map(|cookie| cookie.domain.clone()).collect();
    for host in hosts {
        evict_beyond(cookies, MAX_OF_HOST, before, |cookie| cookie.domain == host);
    }
    evict_beyond(cookies, MAX, before, |_| true);
}

fn evict_beyond(cookies: &mut Vec<Cookie>, limit: usize, before: u64, counts: impl Fn(&Cookie) -> bool) {
    while cookies.iter().filter(|cookie| counts(cookie)).count() > limit {
        let counted = cookies.iter().enumerate().filter(|(_, cookie)| counts(cookie));
        let first = counted.min_by_key(|(index, cookie)| (worth(cookie, before), Reverse(*index)));
        let Some((index, _)) = first else { return };
        cookies.remove(index);
    }
}

/// The cookie with the lowest importance is removed first. Of two cookies with the same importance, the newer cookie is
/// removed first.
///
/// If a server sets a cookie with a new name on every refresh, each request sends all of these cookies. A request
/// updates the last-use time of every cookie that it sends, so these times do not show which cookie the server needs
/// for a refresh. To keep the cookie that a refresh needs, the session keeps the oldest refresh cookies and the refresh
/// cookies from the most recent response.
fn worth(cookie: &Cookie, before: u64) -> (bool, bool, u64) {
    if cookie.refreshes {
        (true, cookie.used.is_received_after(before), 0)
    } else {
        (false, false, cookie.used.at())
    }
}
