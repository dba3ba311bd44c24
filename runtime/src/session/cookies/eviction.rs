//! Which cookies go when there are too many: [`evict`].

use super::cookie::Cookie;
use super::limits::{MAX, MAX_OF_HOST};

/// Removes cookies until the limits hold: the one whose last use is the oldest goes first. A cookie that may refresh the
/// session goes only if there is no other.
pub(super) fn evict(cookies: &mut Vec<Cookie>) {
    // Only the host of the last cookie can have grown beyond its limit.
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
