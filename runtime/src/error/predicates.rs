//! The public methods of [`Error`], which describe the failure, the server's response, and the session's actions.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::causes::BoxError;
use super::error::Error;
use super::kind::Kind;
use super::problem::Problem;
use super::reason::Reason;
use super::receipt::Receipt;
use super::rejection::Rejection;
use crate::format::charset::without_bom;
use crate::format::retry_after;

impl Error {
    /// Creates the error to return when a refresh fails temporarily. Return this error from a
    /// [`Refresher`](crate::Refresher) or from the function passed to
    /// [`refresh_with`](crate::ClientBuilder::refresh_with). The session is kept.
    #[must_use]
    pub fn refresh(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::Refresh, "the refresh failed temporarily. Try again later").with_source(source)
    }

    /// Creates the error to return when the server rejects the refresh token. Return this error from a
    /// [`Refresher`](crate::Refresher) or from the function passed to
    /// [`refresh_with`](crate::ClientBuilder::refresh_with). The session then expires.
    #[must_use]
    pub fn session_expired(source: impl Into<BoxError>) -> Self {
        Self::new(Kind::SessionExpired, "the session has expired. Log in again").with_source(source)
    }

    /// Returns the name of the trait method that was called, such as `"Shop::order"`. Returns `None` for hand-written
    /// requests and for errors from [`build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        self.0.method
    }

    /// Returns the status of the server's response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(Rejection::status)
    }

    /// Returns the headers of the server's response, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(Rejection::headers)
    }

    /// Returns the body of the server's response, if there was one.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.answer().map(Rejection::body)
    }

    /// Deserializes the JSON response body. Returns `None` if there is no body or if the body cannot be decoded as `T`.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(without_bom(self.body()?)).ok()
    }

    /// Returns the response as problem details, if its content type is one that RFC 9457 defines.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        Problem::from_answer(self.answer()?)
    }

    /// Returns the response that refused the credential, usually with status 401 or 403. The error keeps the response
    /// that refused the credential, even if the subsequent refresh fails.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        self.0.rejection.as_deref()
    }

    /// Returns the reason why the server's refusal of the call was final, for example because the session could not be
    /// refreshed. Returns `None` if the server did not refuse the call, or if the call does not use the session.
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

    /// Returns the receipt of the failed call, which records the call's credential, refreshes and attempts. Returns
    /// `None` after a timeout, or if nothing was sent, for example because an argument cannot be encoded.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.0.receipt.as_ref()
    }

    /// Returns the time that the server asked the client to wait before the next request. `retry_after` reads
    /// `Retry-After` (in seconds or as a date) or the reset time of an exhausted rate limit (`RateLimit`,
    /// `x-ratelimit-reset`). Returns `None` if the response does not ask the client to wait.
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

    /// Returns `true` if the call's deadline passed or a transport timeout expired.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// Returns `true` if no connection to the server could be established.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// Returns `true` if the server responded with a status other than 2xx.
    #[must_use]
    pub fn is_status(&self) -> bool {
        self.0.kind == Kind::Status
    }

    /// Returns `true` if the response cannot be decoded as the declared type.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// Returns `true` if the body of a successful response is longer than [`max_body`](crate::ClientBuilder::max_body)
    /// allows. The client stops reading the body when the limit is exceeded.
    #[must_use]
    pub fn is_body_too_large(&self) -> bool {
        self.0.kind == Kind::BodyTooLarge
    }

    /// Returns `true` if the request cannot be built, for example because an argument cannot be encoded. No request was
    /// sent.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// Returns `true` if the client configuration is invalid.
    #[must_use]
    pub fn is_builder(&self) -> bool {
        self.0.kind == Kind::Builder
    }

    /// Returns `true` if the session is not logged in, or if it was logged out during the call.
    #[must_use]
    pub fn is_no_session(&self) -> bool {
        self.0.kind == Kind::NoSession
    }

    /// Returns `true` if the server rejected the refresh token. The user must log in again.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        matches!(self.0.kind, Kind::SessionExpired | Kind::RotationLost)
    }

    /// Returns `true` if the session has expired because the response to a refresh was lost. The server had invalidated
    /// the refresh token when it handled the first refresh request, so the server rejected the second request with the
    /// same token. [`is_session_expired`](Self::is_session_expired) also returns `true`.
    ///
    /// All calls that waited for the refresh, and all later calls until the next login, receive this error. If this
    /// error occurs often, the network is losing responses and the server has no grace period for used refresh tokens.
    #[must_use]
    pub fn is_rotation_lost(&self) -> bool {
        self.0.kind == Kind::RotationLost
    }

    /// Returns `true` if a new login happened during the call. The runtime does not send the call again with the
    /// credential of a different login.
    ///
    /// `is_superseded` also returns `true` if a refresh failed because another process had stored a different login. To
    /// continue with the stored login, call [`Session::load`](crate::Session::load).
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.0.kind == Kind::Superseded
    }

    /// Returns `true` if the refresh failed temporarily. The session is kept, and a later call tries to refresh the
    /// session again.
    #[must_use]
    pub fn is_refresh(&self) -> bool {
        use Kind::{Busy, Excessive, NoProgress, Reentrant, Refresh};
        matches!(self.0.kind, Refresh | NoProgress | Excessive | Reentrant | Busy)
    }

    /// Returns `true` if this process could not refresh because another process held the store's lock for too long. Try
    /// again later. [`is_refresh`](Self::is_refresh) also returns `true`.
    #[must_use]
    pub fn is_refresh_busy(&self) -> bool {
        self.0.kind == Kind::Busy
    }

    /// Returns `true` if the [store](crate::ClientBuilder::store) could not be read or written. A store failure does
    /// not change the session in memory. If a refresh fails with this error, the refresh token was not sent. Try again
    /// later.
    #[must_use]
    pub fn is_store(&self) -> bool {
        self.0.kind == Kind::Store
    }

    /// Returns `true` if the refresh returned the access token that had just been refused, so the call was not sent
    /// again. [`is_refresh`](Self::is_refresh) also returns `true`.
    #[must_use]
    pub fn is_no_progress(&self) -> bool {
        self.0.kind == Kind::NoProgress
    }

    /// Returns `true` if several fresh tokens in a row were refused, so refreshes are temporarily suspended.
    /// [`is_refresh`](Self::is_refresh) also returns `true`.
    #[must_use]
    pub fn is_excessive_refresh(&self) -> bool {
        self.0.kind == Kind::Excessive
    }

    /// Returns `true` if the credential was refreshed, but the call cannot be sent again because its body is a one-shot
    /// stream. To repeat the call, make a new call with a new stream.
    #[must_use]
    pub fn is_not_replayable(&self) -> bool {
        self.0.kind == Kind::NotReplayable
    }

    /// Returns `true` if the code that performs a refresh made a call that would have to wait for that refresh. The
    /// runtime detects a deadlock between a refresh and a call only if the call is made in the task that performs the
    /// refresh. A call from a task that the refresh spawned waits until the refresh times out.
    #[must_use]
    pub fn is_reentrant(&self) -> bool {
        self.0.kind == Kind::Reentrant
    }

    /// Returns `true` if the user or the authorization server refused the login. The error message contains the
    /// server's error code. Only an [`oauth2`](crate::oauth2) login (feature `login`) returns this error.
    #[must_use]
    pub fn is_login_denied(&self) -> bool {
        self.0.kind == Kind::LoginDenied
    }

    /// Returns `true` if the login could not be completed: no browser could be opened, the time limit expired, the
    /// server was unreachable, or its response was lost. A new login attempt might succeed. Only an
    /// [`oauth2`](crate::oauth2) login (feature `login`) returns this error.
    #[must_use]
    pub fn is_login_unavailable(&self) -> bool {
        self.0.kind == Kind::LoginUnavailable
    }

    pub(crate) fn answer(&self) -> Option<&Rejection> {
        self.0.answer.as_deref().or(self.0.rejection.as_deref())
    }
}
