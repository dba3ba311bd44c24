//! What the answers of calls tell the state machine after its decision: cookies, and whether a refresh helped.

use std::sync::Arc;

use crate::platform::time::Instant;

use super::machine::StateMachine;
use crate::error::Stamp;
use crate::session::cookies::SetCookies;
use crate::session::credential::Source;
use crate::session::decisions::Finding;
use crate::session::snapshot::LoginState;

impl<H: Clone + PartialEq> StateMachine<H> {
    /// Stores the cookies of an ordinary response. A response to an older generation is ignored, because it
    /// could overwrite newer cookies.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: &SetCookies) {
        if stamp == self.current.stamp && !matches!(self.current.login_state, LoginState::Expired { .. }) {
            self.publish(|next| next.cookies = Arc::new(cookies.after(&next.cookies)));
        }
    }

    /// The second send with `stamp` was refused, so the refresh before it was useless. If the credential has
    /// been replaced meanwhile, the refusal says nothing about the route.
    pub(crate) fn replay_was_refused(&mut self, stamp: Stamp, finding: Finding, route: &str, now: Instant) {
        if stamp.epoch != self.current.stamp.epoch {
            return;
        }
        if stamp == self.current.stamp {
            let refreshed = self.current.credential().filter(|known| known.source() == Source::Refreshed);
            let source = refreshed.map(|credential| credential.received());
            self.forbidden_routes.refused(stamp, finding, route, source, now);
        } else {
            self.forbidden_routes.count_useless(stamp, now);
        }
        self.republish();
    }

    /// A call of `route` was refused with `stamp` by a bare 403, and the refresh for it brought the same access token. So
    /// the server accepts the token and forbids the call.
    pub(crate) fn refresh_brought_same_token(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp == self.current.stamp {
            self.forbidden_routes.refused(stamp, Finding::Suspect, route, Some(now), now);
            self.republish();
        }
    }

    /// A refresh for `route` brought the current credential, and the call is not sent again.
    pub(crate) fn refreshed_without_replay(&mut self, stamp: Stamp, route: &str) {
        if stamp == self.current.stamp {
            self.forbidden_routes.refreshed_without_proof(route, stamp.generation);
            self.republish();
        }
    }

    /// A call succeeded, which clears what is remembered about its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp.epoch == self.current.stamp.epoch && self.forbidden_routes.accepted(route, now) {
            self.republish();
        }
    }
}
