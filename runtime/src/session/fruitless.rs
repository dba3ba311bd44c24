//! What is remembered of refreshes that were for nothing: the fresh token was refused like the one before.
//!
//! A 403 may mean "expired" or "not allowed". Every one is worth a refresh until a refresh has proved
//! fruitless; then, for a while, such a 403 is taken at its word, so that a user without a permission costs
//! one refresh and not one per call.

use std::time::Duration;

use tokio::time::Instant;

use super::decision::Finding;
use crate::error::Reason;
use crate::error::Stamp;

/// First time for which a route is known as forbidden, and for which a refused fresh token is believed to
/// be good.
const FIRST_TERM: Duration = Duration::from_secs(10);
const LONGEST_TERM: Duration = Duration::from_secs(5 * 60);
const MOST_ROUTES: usize = 256;
const MOST_STRIKES: usize = 5;
const STRIKE_WINDOW: Duration = Duration::from_secs(60);

#[derive(Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(crate) struct Fruitless {
    routes: Vec<Forbidden>,
    /// Routes whose call got a newer generation without being sent again under it: their next refusal under
    /// it is the proof.
    unproved: Vec<(Box<str>, u64)>,
    immune: Option<(u64, Instant)>,
    strikes: Vec<(u64, Instant)>,
}

#[cfg_attr(test, derive(Clone, Hash))]
struct Forbidden {
    route: Box<str>,
    times: u32,
    until: Instant,
}

impl Fruitless {
    pub(crate) fn is_empty(&self) -> bool {
        self.routes.is_empty() && self.unproved.is_empty() && self.strikes.is_empty()
    }

    /// Why a suspicious refusal is to be taken at its word, if it is.
    pub(crate) fn genuine(&self, stamp: Stamp, route: &str, now: Instant) -> Option<Reason> {
        if self.routes.iter().any(|known| *known.route == *route && now < known.until) {
            return Some(Reason::RouteForbidden);
        }
        let immune =
            self.immune.is_some_and(|(generation, until)| generation == stamp.generation && now < until);
        immune.then_some(Reason::JustRefreshed)
    }

    /// Whether so many refreshes in a row were for nothing that one more would only do harm.
    pub(crate) fn is_excessive(&self, now: Instant) -> bool {
        let recent = self.strikes.iter().filter(|(_, at)| now.saturating_duration_since(*at) < STRIKE_WINDOW);
        recent.count() >= MOST_STRIKES
    }

    /// `minted`: when the refused credential was received, if a refresh brought it and it is still the
    /// current one.
    pub(crate) fn refused(
        &mut self,
        stamp: Stamp,
        finding: Finding,
        route: &str,
        minted: Option<Instant>,
        now: Instant,
    ) {
        if let Some(minted) = minted {
            self.immune = minted.checked_add(FIRST_TERM).map(|until| (stamp.generation, until));
        }
        self.strike(stamp, now);
        if finding == Finding::Suspect {
            self.learn(route, now);
        }
    }

    /// One more refresh was for nothing, whatever it says of the route.
    pub(crate) fn strike(&mut self, stamp: Stamp, now: Instant) {
        if self.strikes.last().is_none_or(|(generation, _)| *generation < stamp.generation) {
            if self.strikes.len() == MOST_STRIKES {
                self.strikes.remove(0);
            }
            self.strikes.push((stamp.generation, now));
        }
    }

    /// A refresh for `route` brought `generation`, and the call was not sent again under it.
    pub(crate) fn renewed_without_proof(&mut self, route: &str, generation: u64) {
        self.unproved.retain(|(known, _)| **known != *route);
        if self.unproved.len() == MOST_ROUTES {
            self.unproved.remove(0);
        }
        self.unproved.push((route.into(), generation));
    }

    /// Whether a refusal under `generation`, received not long ago, proves that the refresh that brought it
    /// was for nothing. It proves it once.
    pub(crate) fn take_proof(
        &mut self,
        route: &str,
        generation: u64,
        received: Instant,
        now: Instant,
    ) -> bool {
        let known = self.unproved.iter().position(|(known, of)| *of == generation && **known == *route);
        let Some(known) = known else { return false };
        self.unproved.remove(known);
        now.saturating_duration_since(received) < FIRST_TERM
    }

    /// A call of `route` succeeded. Whether that changed anything.
    pub(crate) fn accepted(&mut self, route: &str, now: Instant) -> bool {
        let before = (self.routes.len(), self.unproved.len(), self.strikes.len());
        // What was learned so long ago that it would start anew is forgotten along the way.
        self.routes.retain(|known| *known.route != *route && now < known.until + LONGEST_TERM);
        self.unproved.retain(|(known, _)| **known != *route);
        self.strikes.clear();
        before != (self.routes.len(), self.unproved.len(), self.strikes.len())
    }

    fn learn(&mut self, route: &str, now: Instant) {
        if let Some(known) = self.routes.iter_mut().find(|known| *known.route == *route) {
            // Callers that were refused together have learned one thing, not many.
            if now >= known.until {
                known.times = known.times.saturating_add(1);
                known.until = now + term(known.times);
            }
            return;
        }
        if self.routes.len() == MOST_ROUTES {
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
    FIRST_TERM.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(LONGEST_TERM)
}
