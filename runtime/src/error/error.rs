//! [`Error`] is the opaque error type of all calls.
//!
//! `predicates` contains the public methods of [`Error`], and `causes` classifies transport errors. Errors are logged,
//! so an error message never contains a token, cookie, password or query value.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::causes::{
    BoxError, any_cause, has_url, is_body_cut_off, is_connect, is_hidden_by_browser, is_redirect,
    is_refused_by_browser, is_timeout, is_unsent, is_without_tls,
};
use super::kind::Kind;
use super::receipt::Receipt;
use super::rejection::Rejection;

/// A [`std::result::Result`] whose error type defaults to [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error that a failed call returns.
///
/// The type is opaque, one pointer wide and cheap to clone. If a refresh fails, all calls that waited for it receive
/// the same error. [`source`](StdError::source) returns the underlying cause, if any.
///
/// ```
/// # fn example(error: afresh::Error) {
/// if error.is_session_expired() || error.is_no_session() {
///     // ask the user to log in
/// } else if error.is_refresh() || error.is_timeout() || error.is_connect() {
///     // try again later
/// } else if let Some(status) = error.status() {
///     // the server's own response
///     eprintln!("{status}: {:?}", error.body());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) kind: Kind,
    pub(super) text: Cow<'static, str>,
    pub(super) method: Option<&'static str>,
    pub(super) answer: Option<Arc<Rejection>>,
    pub(super) rejection: Option<Arc<Rejection>>,
    pub(super) receipt: Option<Receipt>,
    pub(super) source: Option<Arc<dyn StdError + Send + Sync>>,
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

    #[cfg(all(feature = "blocking", not(target_family = "wasm")))]
    pub(crate) fn no_runtime(source: std::io::Error) -> Self {
        let text = "the background runtime for blocking calls cannot be started. Check the system's limits on threads and open files";
        Self::new(Kind::Transport, text).with_source(source)
    }

    pub(crate) fn transport(source: BoxError) -> Self {
        // The message of a reqwest error contains the URL with its query values. The URL can be removed from the
        // message only if no layer has wrapped the reqwest error.
        let source = without_url(source);
        let shown = !any_cause(source.as_ref(), has_url);
        let (kind, text) = if any_cause(source.as_ref(), is_timeout) {
            (Kind::Timeout, "the server did not answer in time. Try again later, or allow more time")
        } else if any_cause(source.as_ref(), is_without_tls) {
            (
                Kind::Connect,
                "this build does not support TLS. Enable the `rustls` or `native-tls` feature of afresh",
            )
        } else if any_cause(source.as_ref(), is_hidden_by_browser) {
            let text = "the browser reports a network error and hides its cause. Either the server cannot be reached, or it does not \
                        allow this page to read its response (CORS). See the browser's console";
            (Kind::Connect, text)
        } else if any_cause(source.as_ref(), is_refused_by_browser) {
            let text = "the browser refused the request before it was sent. Check the method, the headers and the body";
            (Kind::Request, text)
        } else if any_cause(source.as_ref(), is_redirect) {
            let text = "the server redirected the request, and the browser would send the secrets of the request to the new URL. If you \
                        trust the new URL, use it directly";
            (Kind::Transport, text)
        } else if any_cause(source.as_ref(), is_connect) {
            (Kind::Connect, "could not connect to the server. Check the base URL and the network")
        } else if any_cause(source.as_ref(), is_body_cut_off) {
            let text = "the connection broke before the whole request body was sent. The server might have refused the request early. Check the \
                        size of the body";
            (Kind::Transport, text)
        } else {
            (Kind::Transport, "the connection failed before the response was complete. Try again later")
        };
        let error = Self::new(kind, text);
        if shown { error.with_source(source) } else { error }
    }

    /// Creates the error for an unsuccessful response, including the reason why the call was not sent again.
    pub(crate) fn status_of(answer: Arc<Rejection>, receipt: Receipt) -> Self {
        let text = match receipt.reason {
            Some(reason) => format!("the server answered {} ({reason})", answer.status()),
            None => format!("the server answered {}", answer.status()),
        };
        Self::new(Kind::Status, text).with_answer(answer).with_receipt(receipt)
    }

    pub(crate) fn with_source(self, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        self.map(|inner| inner.source = Some(Arc::from(source)))
    }

    pub(crate) fn with_answer(self, answer: Arc<Rejection>) -> Self {
        self.map(|inner| inner.answer = Some(answer))
    }

    /// Adds the server's refusal of the call to the error, even if a later step caused the error.
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

    /// Adds the method name to the error, unless the error already contains one.
    pub(crate) fn in_method(self, method: Option<&'static str>) -> Self {
        if self.0.method.is_some() || method.is_none() {
            return self;
        }
        self.map(|inner| inner.method = method)
    }

    pub(crate) fn retext(self, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        self.map(|inner| inner.text = text)
    }

    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns `true` if the request was definitely not sent.
    pub(crate) fn is_unsent(&self) -> bool {
        match self.0.kind {
            Kind::Timeout | Kind::Transport => any_cause(self, is_unsent),
            Kind::Connect => !any_cause(self, is_hidden_by_browser),
            _ => true,
        }
    }

    fn map(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = self.into_inner();
        change(&mut inner);
        Self(Arc::new(inner))
    }

    fn into_inner(self) -> Inner {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            kind: shared.kind,
            text: shared.text.clone(),
            method: shared.method,
            answer: shared.answer.clone(),
            rejection: shared.rejection.clone(),
            receipt: shared.receipt,
            source: shared.source.clone(),
        })
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

/// Lets a refresher use `?` on the results of reqwest calls.
impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::transport(Box::new(error.without_url()))
    }
}

#[cfg(not(target_family = "wasm"))]
fn without_url(error: BoxError) -> BoxError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => Box::new(error.without_url()),
        Err(other) => other,
    }
}

/// In a browser, the transport never returns a reqwest error.
#[cfg(target_family = "wasm")]
fn without_url(error: BoxError) -> BoxError {
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::fetch_error::FetchError;

    fn error(source: FetchError) -> Error {
        Error::transport(source.into())
    }

    /// T3: if a browser hides the reason for a network error, the error message must help the user find the cause.
    /// After a network error in a browser, the retry policy must assume that the request might have been sent.
    #[test]
    fn a_request_whose_answer_a_browser_hides_may_have_been_sent() {
        let hidden = error(FetchError::Network);
        assert!(hidden.is_connect() && !hidden.is_unsent());
        assert!(hidden.to_string().contains("CORS"), "{hidden}");
    }

    #[test]
    fn a_request_that_a_browser_refuses_was_not_sent() {
        let refused = error(FetchError::Refused("TypeError".into()));
        assert!(refused.is_request() && refused.is_unsent() && !refused.is_connect());
        assert!(error(FetchError::Body("broken".into())).is_unsent());
    }

    #[test]
    fn a_redirect_that_a_browser_must_not_follow_was_answered() {
        let redirected = error(FetchError::Redirected);
        assert!(!redirected.is_connect() && !redirected.is_unsent());
        assert!(redirected.to_string().contains("redirected"), "{redirected}");
    }
}
