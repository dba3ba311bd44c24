//! Starts and ends a session's logins in the state machine.

use std::sync::Arc;

use super::machine::StateMachine;
use crate::error::{Error, Stamp};
use crate::session::cookies::{Cookies, SetCookies};
use crate::session::credential::Credential;
use crate::session::errors::ended;
use crate::session::forbidden_routes::ForbiddenRoutes;
use crate::session::snapshot::LoginState;

impl<H: Clone + PartialEq> StateMachine<H> {
    /// Starts a new epoch with the credential from a login, or with tokens set by the user. `begun` is the session's
    /// stamp at the start of the login. The new epoch does not keep any state from the old epoch, except for cookies
    /// set before the login. Returns the running refresh that the login detached, or an error if a logout ended the
    /// session during the login.
    pub(crate) fn log_in(
        &mut self,
        begun: Option<Stamp>,
        credential: Arc<Credential>,
        cookies: &[SetCookies],
    ) -> Result<Option<H>, Error> {
        let logged_out = matches!(self.current.login_state, LoginState::LoggedOut);
        if logged_out && begun.is_some_and(|begun| begun.epoch != self.current.stamp.epoch) {
            return Err(ended());
        }
        // If the server set cookies before the login, for example for its login form, these cookies become part of the
        // session.
        let mut jar = if logged_out { Cookies::clone(&self.current.cookies) } else { Cookies::default() };
        for set in cookies {
            jar = set.after(&jar);
        }
        let detached = self.start_epoch();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.token_since = next.stamp.generation;
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = Arc::new(jar);
        });
        Ok(detached)
    }

    /// Replaces the current session with the session from the store. `other_login` is true if the stored session
    /// belongs to a different login. Returns the running refresh, if any. That refresh is detached from the session,
    /// because its refresh token might already have been used.
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
            next.token_since = next.stamp.generation;
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = cookies;
        });
        detached
    }

    /// Replaces the session's refresh token or cookies, and keeps the access token.
    pub(crate) fn replace_refresh_token(&mut self, credential: Arc<Credential>, cookies: Arc<Cookies>) {
        self.refresh_rejected = false;
        self.publish(|next| {
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = cookies;
        });
    }

    /// Ends the session with a logout. Returns two values: whether the session was logged in, and the refresh that the
    /// logout detached, if any.
    pub(crate) fn log_out(&mut self) -> (bool, Option<H>) {
        let was_logged_in = matches!(self.current.login_state, LoginState::LoggedIn(_));
        let detached = self.start_epoch();
        self.publish(|next| {
            next.login_state = LoginState::LoggedOut;
            next.cookies = Arc::default();
        });
        (was_logged_in, detached)
    }

    /// Marks the session as expired, because it has no valid access token and cannot be refreshed. The session stays
    /// expired until the next login.
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
