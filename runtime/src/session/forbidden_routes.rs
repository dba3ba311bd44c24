//! Tracks refreshes that were useless because the server also refused the new token.
//!
//! A 403 response can mean that the credential has expired or that the call is forbidden. For each route, a 403
//! response triggers a refresh until one refresh proves useless. For a limited time after a useless refresh, a 403
//! response for the same route is returned without a refresh. Therefore, if a user lacks a permission, the runtime
//! refreshes once rather than on every call.

use std::time::Duration;

use super::decisions::RefusalKind;
use crate::error::Reason;
use crate::error::Stamp;
use crate::platform::backoff::doubled;
use crate::platform::time::Instant;

/// The initial period for which a route is treated as forbidden. `FIRST_PERIOD` is also the time for which the new
/// token from a refresh is treated as valid, even if the server refuses this token.
const FIRST_PERIOD: Duration = Duration::from_secs(10);
const LONGEST_PERIOD: Duration = Duration::from_secs(5 * 60);
const MAX_ROUTES: usize = 256;
const MAX_USELESS: usize = 5;
const USELESS_WINDOW: Duration = Duration::from_secs(60);

#[derive(Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(crate) struct ForbiddenRoutes {
    routes: Vec<Forbidden>,
    /// The routes for which a refresh may have been useless, because the refused call was not sent again. Each route is
    /// stored with the generation of the credential that the refresh created. If the server refuses the route's next
    /// call with this credential, the refresh was useless.
    unproven: Vec<(Box<str>, u64)>,
    just_refreshed: Option<(u64, Instant)>,
    useless_refreshes: Vec<(u64, Instant)>,
}

#[cfg_attr(test, derive(Clone, Hash))]
struct Forbidden {
    route: Box<str>,
    times: u32,
    until: Instant,
}

impl ForbiddenRoutes {
    pub(crate) fn is_empty(&self) -> bool {
        self.routes.is_empty() && self.unproven.is_empty() && self.useless_refreshes.is_empty()
    }

    /// Returns the reason why a refresh after a refusal would be useless, or `None` if a refresh may make the call
    /// succeed.
    pub(crate) fn reason_to_keep(&self, stamp: Stamp, route: &str, now: Instant) -> Option<Reason> {
        if self.routes.iter().any(|known| *known.route == *route && now < known.until) {
            return Some(Reason::RouteForbidden);
        }
        let just_refreshed = self
            .just_refreshed
            .is_some_and(|(generation, until)| generation == stamp.generation && now < until);
        just_refreshed.then_some(Reason::JustRefreshed)
    }

    /// Whether refreshes are suspended because too many recent refreshes were useless.
    pub(crate) fn is_excessive(&self, now: Instant) -> bool {
        let recent = self
            .useless_refreshes
            .iter()
            .filter(|(_, at)| now.saturating_duration_since(*at) < USELESS_WINDOW);
        recent.count() >= MAX_USELESS
    }

    /// Records that the server refused a call even after a refresh. `source` is `None` if the refused credential does
    /// not come from a refresh or is no longer current. If `source` is `Some`, it is the time at which the session
    /// received the credential.
    pub(crate) fn refused(
        &mut self,
        stamp: Stamp,
        refusal: RefusalKind,
        route: &str,
        source: Option<Instant>,
        now: Instant,
    ) {
        if let Some(source) = source {
            self.just_refreshed = source.checked_add(FIRST_PERIOD).map(|until| (stamp.generation, until));
        }
        self.count_useless(stamp, now);
        if refusal == RefusalKind::Suspect {
            self.learn(route, now);
        }
    }

    /// Counts a refresh as useless, but does not mark the route of the refused call as forbidden.
    pub(crate) fn count_useless(&mut self, stamp: Stamp, now: Instant) {
        if self.useless_refreshes.last().is_none_or(|(generation, _)| *generation < stamp.generation) {
            if self.useless_refreshes.len() == MAX_USELESS {
                self.useless_refreshes.remove(0);
            }
            self.useless_refreshes.push((stamp.generation, now));
        }
    }

    /// Records that a refresh for `route` created the credential with the given `generation`, and that the call was not
    /// sent again.
    pub(crate) fn refreshed_without_proof(&mut self, route: &str, generation: u64) {
        self.unproven.retain(|(known, _)| **known != *route);
        if self.unproven.len() == MAX_ROUTES {
            self.unproven.remove(0);
        }
        self.unproven.push((route.into(), generation));
    }

    /// Whether a refused call to `route` proves that a refresh was useless. `generation` identifies the credential that
    /// the refresh created. A refusal proves that a refresh was useless only if the session received the credential
    /// recently. Each useless refresh is counted only once.
    pub(crate) fn take_proof(
        &mut self,
        route: &str,
        generation: u64,
        received: Instant,
        now: Instant,
    ) -> bool {
        let known = self.unproven.iter().position(|(known, of)| *of == generation && **known == *route);
        let Some(known) = known else { return false };
        self.unproven.remove(known);
        now.saturating_duration_since(received) < FIRST_PERIOD
    }

    /// Records that a call to `route` succeeded. Returns whether the success removed any recorded refusals.
    pub(crate) fn accepted(&mut self, route: &str, now: Instant) -> bool {
        let before = (self.routes.len(), self.unproven.len(), self.useless_refreshes.len());
        // A successful call also removes the records of routes whose forbidden period ended more than `LONGEST_PERIOD`
        // ago.
        self.routes.retain(|known| *known.route != *route && now < known.until + LONGEST_PERIOD);
        self.unproven.retain(|(known, _)| **known != *route);
        self.useless_refreshes.clear();
        before != (self.routes.len(), self.unproven.len(), self.useless_refreshes.len())
    }

    fn learn(&mut self, route: &str, now: Instant) {
        if let Some(known) = self.routes.iter_mut().find(|known| *known.route == *route) {
            // If several calls are refused at the same time, their refusals are counted as one.
            if now >= known.until {
                known.times = known.times.saturating_add(1);
                known.until = now + term(known.times);
            }
            return;
        }
        if self.routes.len() == MAX_ROUTES {
            let oldest =
                self.routes.iter().enumerate().min_by_key(|(_, known)| known.until).map(|(at, _)| at);
            if let Some(oldest) = oldest {
                self.routes.swap_remove(oldest);
            }
        }
        self.routes.push(Forbidden { route: route.into(), times: 0, until: now + term(0) });
    }
}

fn term(times: u32) -> Duration {
    doubled(FIRST_PERIOD, times, LONGEST_PERIOD)
}
