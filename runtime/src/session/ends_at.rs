//! Determines when a session's login ends: [`Session::ends_at`].

use std::time::{Duration, SystemTime};

use super::login_end::{Due, End, LoginEnd};
use super::session::Session;

impl Session {
    /// Returns the time at which the login ends, if the server reports it. After the login has ended, no refresh can
    /// extend the session, and the user has to log in again.
    ///
    /// The runtime reads the end of the login from `refresh_token_expires_in` or `refresh_expires_in` in a token
    /// response. If the server sends a lifetime of 0, the login has no end. If a `#[refresh]` method uses a cookie, the
    /// login ends when that cookie expires (`Max-Age` or `Expires`). The result is `None` if the end of the login is
    /// unknown, if the login has no end, or if there is no session. A refresh can change the end of the login. The
    /// store saves the end of the login together with the session.
    ///
    /// [`SessionEvent::Ending`](crate::SessionEvent::Ending) is emitted before the login ends.
    ///
    /// ```
    /// # fn example(shop: afresh::Client) {
    /// use std::time::SystemTime;
    ///
    /// if let Some(end) = shop.session().ends_at() {
    ///     let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    ///     println!("logged in for another {} hours", left.as_secs() / 3600);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn ends_at(&self) -> Option<SystemTime> {
        self.end_of_login().map(|(_, end)| end.at)
    }

    fn end_of_login(&self) -> Option<(u64, End)> {
        let snapshot = self.snapshot();
        let end = match &snapshot.credential()?.tokens().login_end {
            LoginEnd::At(end) => Some(**end),
            LoginEnd::Never => None,
            LoginEnd::Unknown => self.provider()?.end_of_cookies(&snapshot),
        };
        Some((snapshot.stamp.epoch, end?))
    }

    pub(crate) fn set_ending_ahead(&self, ahead: Duration) {
        self.0.ending.set_ahead(ahead);
    }

    /// Returns the time at which the `Ending` event is due. Returns `None` if the end of the login is unknown, or if
    /// the `Ending` event was already emitted.
    pub(super) fn next_ending(&self) -> Option<Due> {
        let (epoch, end) = self.end_of_login()?;
        self.0.ending.next(epoch, end)
    }

    /// Whether the caller must emit the `Ending` event. If several callers check the same end of a login, only one of
    /// them receives `true`.
    pub(super) fn takes_ending(&self) -> bool {
        self.end_of_login().is_some_and(|(epoch, end)| self.0.ending.take(epoch, end))
    }
}
