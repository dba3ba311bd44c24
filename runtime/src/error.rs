//! What can go wrong, as one opaque type: [`Error`], asked by predicates.
//!
//! No text of an error holds a token, a cookie, a password or a query value: errors are logged.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::reason::Reason;
use crate::rejection::Rejection;
use crate::reply::Receipt;

/// A boxed error, as tower services use it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of a call: [`std::result::Result`] with [`Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// Opaque, one pointer wide, and `Clone`: one failed refresh is told to everybody who waited for it.
/// The cause, where there is one, is its [`source`](StdError::source).
///
/// ```
/// # fn example(error: afresh::Error) {
/// if error.is_session_expired() || error.is_no_session() {
///     // ask the user to log in
/// } else if error.is_refresh() || error.is_timeout() || error.is_connect() {
///     // try again later
/// } else if let Some(status) = error.status() {
///     // the server's own answer
///     eprintln!("{status}: {:?}", error.body());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: Kind,
    text: Cow<'static, str>,
    method: Option<&'static str>,
    answer: Option<Arc<Rejection>>,
    rejection: Option<Arc<Rejection>>,
    receipt: Option<Receipt>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Builder,
    Request,
    Connect,
    Timeout,
    Transport,
    Status,
    Decode,
    NoSession,
    SessionExpired,
    RotationLost,
    Superseded,
    Refresh,
    NoProgress,
    Excessive,
    NotReplayable,
    Reentrant,
    Busy,
    Store,
}

impl Error {
    pub(crate) fn new(kind: Kind, text: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            text: text.into(),
            method: None,
            answer: None,
            rejection: None,
            receipt: None,
            source: None,
        }))
    }

    pub(crate) fn request(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Request, text)
    }

    pub(crate) fn builder(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Builder, text)
    }

    /// What came out of the transport: told apart into time-out, connect and the rest.
    pub(crate) fn transport(source: BoxError) -> Self {
        // A text of reqwest's holds the URL, and with it query values. One wrapped by a layer cannot be
        // relieved of it.
        let (source, shown) = match source.downcast::<reqwest::Error>() {
            Ok(error) => (Box::new(error.without_url()) as BoxError, true),
            Err(other) => {
                let shown = !any_cause(other.as_ref(), has_url);
                (other, shown)
            }
        };
        let (kind, text) = if any_cause(source.as_ref(), is_timeout) {
            (Kind::Timeout, "the server did not answer in time")
        } else if any_cause(source.as_ref(), is_connect) {
            (Kind::Connect, "no connection to the server")
        } else {
            (Kind::Transport, "the exchange with the server broke off")
        };
        let error = Self::new(kind, text);
        if shown { error.with_source(source) } else { error }
    }

    /// An answer that is no success, and why nothing was done about it.
    pub(crate) fn status_of(answer: Arc<Rejection>, receipt: Receipt) -> Self {
        let text = match receipt.reason {
            Some(reason) => format!("the server answered {} ({reason})", answer.status()),
            None => format!("the server answered {}", answer.status()),
        };
        Self::new(Kind::Status, text).with_answer(answer).with_receipt(receipt)
    }

    pub(crate) fn with_source(self, source: impl Into<BoxError>) -> Self {
        self.map(|inner| inner.source = Some(Arc::from(source.into())))
    }

    pub(crate) fn with_answer(self, answer: Arc<Rejection>) -> Self {
        self.map(|inner| inner.answer = Some(answer))
    }

    /// Keeps the 401 or 403 that the call met, whatever became of it later.
    pub(crate) fn with_rejection(self, rejection: Arc<Rejection>) -> Self {
        self.map(|inner| inner.rejection = Some(rejection))
    }

    pub(crate) fn with_rejection_if(self, rejection: Option<Arc<Rejection>>) -> Self {
        match rejection {
            Some(rejection) => self.with_rejection(rejection),
            None => self,
        }
    }

    pub(crate) fn with_receipt(self, receipt: Receipt) -> Self {
        self.map(|inner| inner.receipt = Some(receipt))
    }

    /// Names the method, unless the error names one already.
    pub(crate) fn in_method(self, method: Option<&'static str>) -> Self {
        if self.0.method.is_some() || method.is_none() {
            return self;
        }
        self.map(|inner| inner.method = method)
    }

    pub(crate) fn retext(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.map(|inner| inner.text = text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Whether it is certain that the request did not leave this machine.
    pub(crate) fn is_unsent(&self) -> bool {
        match self.0.kind {
            Kind::Timeout | Kind::Transport => any_cause(self, is_unsent),
            _ => true,
        }
    }

    fn map(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            kind: shared.kind,
            text: shared.text.clone(),
            method: shared.method,
            answer: shared.answer.clone(),
            rejection: shared.rejection.clone(),
            receipt: shared.receipt,
            source: shared.source.clone(),
        });
        change(&mut inner);
        Self(Arc::new(inner))
    }
}

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
        serde_json::from_slice(self.body()?).ok()
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
    /// use afresh::Reason;
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

    fn answer(&self) -> Option<&Rejection> {
        self.0.answer.as_deref().or(self.0.rejection.as_deref())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.method {
            Some(method) => write!(f, "{method}: {}", self.0.text),
            None => f.write_str(&self.0.text),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("text", &self.0.text);
        if let Some(method) = self.0.method {
            out.field("method", &method);
        }
        if let Some(answer) = self.answer() {
            out.field("status", &answer.status());
        }
        if let Some(reason) = self.reason() {
            out.field("reason", &reason);
        }
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// So that `?` works on reqwest's calls inside a refresher.
impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::transport(Box::new(error))
    }
}

fn any_cause(error: &(dyn StdError + 'static), test: fn(&(dyn StdError + 'static)) -> bool) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if test(error) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(feature = "hyper")]
    if crate::lean::is_timeout(error) {
        return true;
    }
    error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
}

fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(feature = "hyper")]
    if crate::lean::is_connect(error) {
        return true;
    }
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

fn is_unsent(error: &(dyn StdError + 'static)) -> bool {
    is_connect(error) || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

fn has_url(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(|error| error.url().is_some())
}
