//! What an [`Error`] tells its reader: what the server said, what the session did about it, and of which kind it is.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::causes::BoxError;
use super::error::Error;
use super::kind::Kind;
use crate::error::Problem;
use crate::error::Reason;
use crate::error::Receipt;
use crate::error::Rejection;
use crate::format::charset::without_bom;

impl Error {
    /// An error of your own inside [`refresh_with`](crate::ClientBuilder::refresh_with) or a
    /// [`Refresher`](crate::Refresher): the refresh failed for now, the session is kept.
    #[must_use]
    pub fn refresh(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::Refresh, "refreshing the session failed for now").with_source(source)
    }

    /// Says inside [`refresh_with`](crate::ClientBuilder::refresh_with) or a [`Refresher`](crate::Refresher)
    /// that the session is over: the refresh secret was refused for good.
    #[must_use]
    pub fn session_expired(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::SessionExpired, "the session has expired: log in again").with_source(source)
    }

    /// The method that was called, as `"Shop::order"`; `None` for hand-written requests and for building a
    /// client.
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        self.0.method
    }

    /// The status of the server's answer to this call, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(Rejection::status)
    }

    /// The headers of the server's answer to this call, if it answered.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(Rejection::headers)
    }

    /// The body of the server's answer to this call, if it answered.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.answer().map(Rejection::body)
    }

    /// The body of the answer read as JSON; `None` if there is none or it is something else.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(without_bom(self.body()?)).ok()
    }

    /// The answer as problem details (RFC 9457), if it says that it is such.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        Problem::from_answer(self.answer()?)
    }

    /// The 401 or 403 with which the server refused the credential, also when what failed was the refresh
    /// after it.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        self.0.rejection.as_deref()
    }

    /// Why the refusal that the call met was not mended: not refreshed for, or not sent again, or refused
    /// again. `None` if the server refused nothing, or if the call had nothing to do with the session.
    ///
    /// ```
    /// # fn example(error: afresh::Error) {
    /// use afresh::error::Reason;
    ///
    /// match error.reason() {
    ///     Some(Reason::RateLimited) => { /* slow down */ }
    ///     Some(Reason::FreshTokenRefused | Reason::InsufficientScope) => { /* not allowed */ }
    ///     _ => eprintln!("{error}"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.receipt().and_then(Receipt::reason)
    }

    /// How the call went until it failed; `None` if it never began, say because an argument cannot be sent,
    /// or if its time was up.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.0.receipt.as_ref()
    }

    /// The time was up: the call's deadline, or the transport's.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// No connection to the server could be made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// The server answered with a status that is no success.
    #[must_use]
    pub fn is_status(&self) -> bool {
        self.0.kind == Kind::Status
    }

    /// The answer is not of the declared type.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// An argument cannot be sent; nothing was.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// The client cannot be built as asked.
    #[must_use]
    pub fn is_builder(&self) -> bool {
        self.0.kind == Kind::Builder
    }

    /// Nobody is logged in, or somebody logged out while the call was under way.
    #[must_use]
    pub fn is_no_session(&self) -> bool {
        self.0.kind == Kind::NoSession
    }

    /// The server refused the refresh for good: log in again.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        matches!(self.0.kind, Kind::SessionExpired | Kind::RotationLost)
    }

    /// The session has expired because the answer to a refresh was lost on the way: the server had spent the
    /// refresh token, and did not take it again. [`is_session_expired`](Self::is_session_expired) too.
    ///
    /// Told to those who waited for the refresh, and to all who call until the next login. Many of these speak for a server without a grace period for
    /// spent refresh tokens, behind a network that loses answers.
    #[must_use]
    pub fn is_rotation_lost(&self) -> bool {
        self.0.kind == Kind::RotationLost
    }

    /// Somebody else logged in while the call was under way: it is not sent again under another identity.
    ///
    /// Also what a refresh ends with if another process has stored another login meanwhile. Nothing is
    /// refreshed then; [`Session::load`](crate::Session::load) takes that session over.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.0.kind == Kind::Superseded
    }

    /// The refresh failed for now; the session is kept and a later call tries again.
    #[must_use]
    pub fn is_refresh(&self) -> bool {
        use Kind::{Busy, Excessive, NoProgress, Reentrant, Refresh};
        matches!(self.0.kind, Refresh | NoProgress | Excessive | Reentrant | Busy)
    }

    /// Another process has been refreshing the session for too long, and nobody refreshes without the store's
    /// lock. Such an error [`is_refresh`](Self::is_refresh) too: try again later.
    #[must_use]
    pub fn is_refresh_busy(&self) -> bool {
        self.0.kind == Kind::Busy
    }

    /// The session could not be read from its [store](crate::ClientBuilder::store), or not be stored. It stays
    /// as it is in memory; a refresh that fails with this has spent nothing. Try again later.
    #[must_use]
    pub fn is_store(&self) -> bool {
        self.0.kind == Kind::Store
    }

    /// The refresh brought the token that had been refused, so the call was not sent again. Such an error
    /// [`is_refresh`](Self::is_refresh) too.
    #[must_use]
    pub fn is_no_progress(&self) -> bool {
        self.0.kind == Kind::NoProgress
    }

    /// Refreshing was given up for a while, because fresh tokens were refused again and again. Such an error
    /// [`is_refresh`](Self::is_refresh) too.
    #[must_use]
    pub fn is_excessive_refresh(&self) -> bool {
        self.0.kind == Kind::Excessive
    }

    /// The credential was refreshed, but the body is a one-shot stream: the call cannot be sent again by
    /// itself.
    #[must_use]
    pub fn is_not_replayable(&self) -> bool {
        self.0.kind == Kind::NotReplayable
    }

    /// The refresh itself called a method that waits for the refresh. Known only where it does so in its own
    /// task: from one that it spawned, such a call waits until the refresh is given up.
    #[must_use]
    pub fn is_reentrant(&self) -> bool {
        self.0.kind == Kind::Reentrant
    }

    pub(crate) fn answer(&self) -> Option<&Rejection> {
        self.0.answer.as_deref().or(self.0.rejection.as_deref())
    }
}
