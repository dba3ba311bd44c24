//! How an epoch begins and ends in the cell: a login, a logout, a session that has expired.

use std::sync::Arc;

use super::StateMachine;
use crate::error::{Error, Stamp};
use crate::session::cookies::{Cookies, SetCookies};
use crate::session::credential::Credential;
use crate::session::errors::ended;
use crate::session::forbidden_routes::ForbiddenRoutes;
use crate::session::snapshot::LoginState;

impl<H: Clone + PartialEq> StateMachine<H> {
    /// A login that began under `begun`, or tokens given by the user: a new epoch, which owes nothing to the
    /// one before. `Err` if somebody logged out since; otherwise the flight that it detached.
    pub(crate) fn log_in(
        &mut self,
        begun: Option<Stamp>,
        credential: Arc<Credential>,
        cookies: &[SetCookies],
    ) -> Result<Option<H>, Error> {
        let nobody = matches!(self.current.login_state, LoginState::LoggedOut);
        if nobody && begun.is_some_and(|begun| begun.epoch != self.current.stamp.epoch) {
            return Err(ended());
        }
        // What a server handed out before any login, say for its login form, belongs to nobody else.
        let mut jar = if nobody { Cookies::clone(&self.current.cookies) } else { Cookies::default() };
        for set in cookies {
            jar = set.after(&jar);
        }
        let detached = self.start_epoch();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = Arc::new(jar);
        });
        Ok(detached)
    }

    /// What a store holds takes the place of what is here; `anew`: it is another login's. It detaches a flight
    /// under way, whose secret may be spent.
    pub(crate) fn adopt(
        &mut self,
        credential: Arc<Credential>,
        cookies: Arc<Cookies>,
        other_login: bool,
    ) -> Option<H> {
        let detached =
            if other_login { self.start_epoch() } else { self.running.take().map(|running| running.handle) };
        self.backoff.clear();
        self.refresh_rejected = false;
        self.no_way_to_log_in = false;
        self.publish(|next| {
            next.stamp.generation += 1;
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = cookies;
        });
        detached
    }

    /// The same access token beside other secrets, or the same credential beside other cookies.
    pub(crate) fn take_secrets(&mut self, credential: Arc<Credential>, cookies: Arc<Cookies>) {
        self.refresh_rejected = false;
        self.publish(|next| {
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = cookies;
        });
    }

    /// A logout. Whether somebody was logged in, and the flight that it detached.
    pub(crate) fn log_out(&mut self) -> (bool, Option<H>) {
        let was_live = matches!(self.current.login_state, LoginState::LoggedIn(_));
        let detached = self.start_epoch();
        self.publish(|next| {
            next.login_state = LoginState::LoggedOut;
            next.cookies = Arc::default();
        });
        (was_live, detached)
    }

    /// The server refused the refresh for good, and there is nothing left. Why stays known until the next login.
    pub(super) fn expire(&mut self) {
        let rotation_lost = self.rotation_lost;
        self.refresh_rejected = false;
        self.backoff.clear();
        self.publish(|next| {
            next.login_state = LoginState::Expired { rotation_lost };
            next.cookies = Arc::default();
        });
    }

    fn start_epoch(&mut self) -> Option<H> {
        self.backoff.clear();
        self.refresh_rejected = false;
        self.forbidden_routes = ForbiddenRoutes::default();
        self.no_way_to_log_in = false;
        let detached = self.running.take().map(|running| running.handle);
        self.publish(|next| next.stamp.epoch += 1);
        detached
    }
}
