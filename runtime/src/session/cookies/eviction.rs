//! Removes cookies when a session has too many: [`evict`].

use super::cookie::Cookie;
use super::limits::{MAX, MAX_OF_HOST};

/// Removes cookies until the number of cookies is within the limits. The cookie that has not been used for the
/// longest time is removed first. A cookie that may refresh the session is removed only if there is no other
/// cookie.
pub(super) fn evict(cookies: &mut Vec<Cookie>) {
    // Only the host of the last cookie can exceed its limit.
    if let Some(host) = cookies.last().map(|last| last.domain.clone()) {
        evict_beyond(cookies, MAX_OF_HOST, |cookie| cookie.domain == host);
    }
    evict_beyond(cookies, MAX, |_| true);
}

fn evict_beyond(cookies: &mut Vec<Cookie>, limit: usize, counts: impl Fn(&Cookie) -> bool) {
    while cookies.iter().filter(|cookie| counts(cookie)).count() > limit {
        let counted = cookies.iter().enumerate().filter(|(_, cookie)| counts(cookie));
        let first = counted.min_by_key(|(_, cookie)| (cookie.refreshes, cookie.used.at()));
        let Some((index, _)) = first else { return };
        cookies.remove(index);
    }
}
