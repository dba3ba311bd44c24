//! The public methods of [`Error`]: its kind, the server's answer, and what the session did.

use std::time::Duration;

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
use crate::format::retry_after;

impl Error {
    /// Reports a temporary failure from [`refresh_with`](crate::ClientBuilder::refresh_with) or a
    /// [`Refresher`](crate::Refresher). The session is kept.
    #[must_use]
    pub fn refresh(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::Refresh, "the refresh failed for now. Try again later").with_source(source)
    }

    /// Reports from [`refresh_with`](crate::ClientBuilder::refresh_with) or a [`Refresher`](crate::Refresher) that the
    /// server rejected the refresh token. The session expires.
    #[must_use]
    pub fn session_expired(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::SessionExpired, "the session has expired. Log in again").with_source(source)
    }

    /// The method that was called, such as `"Shop::order"`. `None` for hand-written requests and for errors of
    /// [`build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        self.0.method
    }

    /// The status of the server's answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(Rejection::status)
    }

    /// The headers of the server's answer, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(Rejection::headers)
    }

    /// The body of the server's answer, if there was one.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.answer().map(Rejection::body)
    }

    /// The body of the answer, deserialized from JSON. `None` if there is no body or it has another form.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(without_bom(self.body()?)).ok()
    }

    /// The answer as problem details (RFC 9457), if its content type is one of theirs.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        Problem::from_answer(self.answer()?)
    }

    /// The answer with which the server refused the credential, usually a 401 or 403. It is kept when the refresh after
    /// it fails.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        self.0.rejection.as_deref()
    }

    /// Why the refusal of a call was final: why it caused no refresh, why the call was not sent again, or why it was
    /// refused again. `None` if the server did not refuse the call, or if the call does not use the session.
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

    /// What happened to the call before it failed. `None` if nothing was sent, for example because an argument cannot be
    /// encoded, and after a time-out.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.0.receipt.as_ref()
    }

    /// How long the server asks to wait before the next call: `Retry-After` as seconds or as a date, or the reset of a
    /// rate limit with nothing remaining (`RateLimit`, `x-ratelimit-reset`). `None` if it does not say.
    ///
    /// ```
    /// # async fn example(error: afresh::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     tokio::time::sleep(wait).await;
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::wait(self.headers()?)
    }

    /// The deadline of the call or a time-out of the transport expired.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// No connection to the server could be established.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// The server answered with a status other than 2xx.
    #[must_use]
    pub fn is_status(&self) -> bool {
        self.0.kind == Kind::Status
    }

    /// The answer cannot be read as the declared type.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// The body of a success is longer than [`max_body`](crate::ClientBuilder::max_body) allows. It was not read to its
    /// end.
    #[must_use]
    pub fn is_body_too_large(&self) -> bool {
        self.0.kind == Kind::BodyTooLarge
    }

    /// An argument cannot be encoded. Nothing was sent.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// The configuration of the client is invalid.
    #[must_use]
    pub fn is_builder(&self) -> bool {
        self.0.kind == Kind::Builder
    }

    /// The session is not logged in, or it was logged out during the call.
    #[must_use]
    pub fn is_no_session(&self) -> bool {
        self.0.kind == Kind::NoSession
    }

    /// The server rejected the refresh token. Log in again.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        matches!(self.0.kind, Kind::SessionExpired | Kind::RotationLost)
    }

    /// The session has expired because the answer to a refresh was lost. The server had already invalidated the refresh
    /// token and rejected it when it was sent again. [`is_session_expired`](Self::is_session_expired) is true, too.
    ///
    /// All calls that waited for the refresh get this error, and all later calls until the next login. If it occurs
    /// often, the network loses answers and the server has no grace period for used refresh tokens.
    #[must_use]
    pub fn is_rotation_lost(&self) -> bool {
        self.0.kind == Kind::RotationLost
    }

    /// Another login happened during the call. The call is not sent again under another identity.
    ///
    /// A refresh also fails with this error if another process has stored another login. Call
    /// [`Session::load`](crate::Session::load) to adopt that session.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.0.kind == Kind::Superseded
    }

    /// The refresh failed for now. The session is kept, and a later call tries again.
    #[must_use]
    pub fn is_refresh(&self) -> bool {
        use Kind::{Busy, Excessive, NoProgress, Reentrant, Refresh};
        matches!(self.0.kind, Refresh | NoProgress | Excessive | Reentrant | Busy)
    }

    /// Another process held the store's lock for too long, so this process could not refresh. Try again later.
    /// [`is_refresh`](Self::is_refresh) is true, too.
    #[must_use]
    pub fn is_refresh_busy(&self) -> bool {
        self.0.kind == Kind::Busy
    }

    /// The [store](crate::ClientBuilder::store) could not be read or written. The session in memory is unchanged, and a
    /// refresh that fails with this error has not sent the refresh token. Try again later.
    #[must_use]
    pub fn is_store(&self) -> bool {
        self.0.kind == Kind::Store
    }

    /// The refresh returned the access token that was refused, so the call was not sent again.
    /// [`is_refresh`](Self::is_refresh) is true, too.
    #[must_use]
    pub fn is_no_progress(&self) -> bool {
        self.0.kind == Kind::NoProgress
    }

    /// Several fresh tokens in a row were refused, so refreshing is suspended for a while.
    /// [`is_refresh`](Self::is_refresh) is true, too.
    #[must_use]
    pub fn is_excessive_refresh(&self) -> bool {
        self.0.kind == Kind::Excessive
    }

    /// The credential was refreshed, but the body is a one-shot stream, so the call cannot be sent again. Call the
    /// method again with a new stream.
    #[must_use]
    pub fn is_not_replayable(&self) -> bool {
        self.0.kind == Kind::NotReplayable
    }

    /// The refresh itself made a call that waits for the refresh. This is detected only in the task of the refresh. From
    /// a task that the refresh spawned, such a call waits until the refresh times out.
    #[must_use]
    pub fn is_reentrant(&self) -> bool {
        self.0.kind == Kind::Reentrant
    }

    /// The person or the authorization server refused the login. The text has the error code of the server. Only a
    /// login of [`oauth2`](crate::oauth2) fails so (feature `login`).
    #[must_use]
    pub fn is_login_denied(&self) -> bool {
        self.0.kind == Kind::LoginDenied
    }

    /// The login could not be completed: no browser could be opened, the time is up, the server cannot be reached, or
    /// its answer was lost. Another login may succeed. Only a login of [`oauth2`](crate::oauth2) returns this error
    /// (feature `login`).
    #[must_use]
    pub fn is_login_unavailable(&self) -> bool {
        self.0.kind == Kind::LoginUnavailable
    }

    pub(crate) fn answer(&self) -> Option<&Rejection> {
        self.0.answer.as_deref().or(self.0.rejection.as_deref())
    }
}
