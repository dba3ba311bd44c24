//! Removes cookies when a session has too many: [`evict`].

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::cookie::Cookie;
use super::limits::{MAX, MAX_OF_HOST};

/// Removes cookies until the number of cookies is within the limits. The cookie that has not been used for the
/// longest time is removed first. A cookie that may refresh the session is removed only if there is no other
/// cookie.
///
/// `before` is the value of the clock before the response whose cookies were added last.
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

/// Returns the worth of a cookie. The cookie with the smallest worth is removed first. Of two cookies with the same worth,
/// the cookie that was set later is removed.
///
/// A server may set a cookie with a new name at every refresh. These cookies are sent together, so their last use does
/// not show which cookie refreshes the session. The oldest cookies and the cookies of the last response are kept.
fn worth(cookie: &Cookie, before: u64) -> (bool, bool, u64) {
    if cookie.refreshes {
        (true, cookie.used.is_received_after(before), 0)
    } else {
        (false, false, cookie.used.at())
    }
}
