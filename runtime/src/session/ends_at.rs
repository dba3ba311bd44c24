//! Returns when the login of a session ends: [`Session::ends_at`].

use std::time::{Duration, SystemTime};

use super::login_end::{Due, End, LoginEnd};
use super::session::Session;

impl Session {
    /// Returns when the login itself ends, if the server sends the end of the login. After the end, no refresh
    /// extends the session, and the user has to log in again.
    ///
    /// The end is read from `refresh_token_expires_in` or `refresh_expires_in` of a token response, where 0 means
    /// that there is no end. If a `#[refresh]` method refreshes by a cookie, the end is the `Max-Age` or `Expires`
    /// of that cookie. The result is `None` if the end is unknown, if the login has no end, or if there is no
    /// session. A refresh may move the end. The end is stored with the session.
    ///
    /// [`SessionEvent::Ending`](crate::SessionEvent::Ending) announces the end.
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

    /// Returns the end of the login and the epoch of that login.
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

    /// Returns when the end of the login must be announced. Returns `None` if no end is known or the end has been
    /// announced.
    pub(super) fn next_ending(&self) -> Option<Due> {
        let (epoch, end) = self.end_of_login()?;
        self.0.ending.next(epoch, end)
    }

    /// Whether the caller must announce the end of the login. Only one caller receives `true`.
    pub(super) fn takes_ending(&self) -> bool {
        self.end_of_login().is_some_and(|(epoch, end)| self.0.ending.take(epoch, end))
    }
}
