//! Updates the state machine after a response: stores the cookies, and records whether a refresh was useless.

use std::sync::Arc;

use crate::platform::time::Instant;

use super::machine::StateMachine;
use crate::error::Stamp;
use crate::session::cookies::SetCookies;
use crate::session::credential::Source;
use crate::session::decisions::RefusalKind;
use crate::session::snapshot::LoginState;

impl<H: Clone + PartialEq> StateMachine<H> {
    /// If the credential has changed since the call was sent, the response's cookies are ignored, because they could
    /// overwrite newer cookies.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: &SetCookies) {
        if stamp == self.current.stamp && !matches!(self.current.login_state, LoginState::Expired { .. }) {
            self.publish(|next| next.cookies = Arc::new(cookies.after(&next.cookies)));
        }
    }

    /// Records that the server refused a call both before and after a refresh, so the refresh was useless. `stamp` is
    /// the session's stamp at the time of the second attempt. If the credential has been replaced since the second
    /// attempt, the refusal does not show that the route is forbidden.
    pub(crate) fn replay_was_refused(
        &mut self,
        stamp: Stamp,
        refusal: RefusalKind,
        route: &str,
        now: Instant,
    ) {
        if stamp.epoch != self.current.stamp.epoch {
            return;
        }
        if stamp == self.current.stamp {
            let refreshed = self.current.credential().filter(|known| known.source() == Source::Refreshed);
            let source = refreshed.map(|credential| credential.received());
            self.forbidden_routes.refused(stamp, refusal, route, source, now);
        } else {
            self.forbidden_routes.count_useless(stamp, now);
        }
        self.republish();
    }

    /// Records that the refresh after a 403 response for `route` returned the access token that the session already
    /// had. If a refresh returns the same access token, the token is still valid, so a 403 response before the
    /// refresh means that the server forbids the call.
    pub(crate) fn refresh_returned_same_token(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp == self.current.stamp {
            self.forbidden_routes.refused(stamp, RefusalKind::Suspect, route, Some(now), now);
            self.republish();
        }
    }

    /// Records that a refused call to `route` received the current credential from a refresh but is not sent again.
    pub(crate) fn refreshed_without_replay(&mut self, stamp: Stamp, route: &str) {
        if stamp == self.current.stamp {
            self.forbidden_routes.refreshed_without_proof(route, stamp.generation);
            self.republish();
        }
    }

    /// A successful call clears the remembered refusals for its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp.epoch == self.current.stamp.epoch && self.forbidden_routes.accepted(route, now) {
            self.republish();
        }
    }
}
