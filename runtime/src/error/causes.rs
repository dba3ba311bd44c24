//! Classifies transport errors by their type and causes.

use std::error::Error as StdError;

use crate::platform::fetch_error::FetchError;

/// A boxed error, as returned by tower services.
pub type BoxError = Box<dyn StdError + Send + Sync>;

pub(crate) fn any_cause(
    error: &(dyn StdError + 'static),
    test: fn(&(dyn StdError + 'static)) -> bool,
) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if test(error) {
            return true;
        }
        cause = error.source();
    }
    false
}

pub(crate) fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout) {
        return true;
    }
    error.is::<crate::platform::time::Elapsed>()
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
}

pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(all(feature = "hyper", not(target_family = "wasm")))]
    {
        use hyper_util::client::legacy::Error as HyperError;
        if error.is::<NoTls>() || error.downcast_ref::<HyperError>().is_some_and(HyperError::is_connect) {
            return true;
        }
    }
    #[cfg(not(target_family = "wasm"))]
    if error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect) {
        return true;
    }
    is_without_tls(error)
        || is_hidden_by_browser(error)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

pub(crate) fn is_unsent(error: &(dyn StdError + 'static)) -> bool {
    is_connect(error) && !is_hidden_by_browser(error)
        || matches!(error.downcast_ref(), Some(FetchError::Body(_)))
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

/// Returns whether the error is a network error for which the browser does not give a reason. The browser might have
/// sent the request despite the network error.
pub(crate) fn is_hidden_by_browser(error: &(dyn StdError + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(FetchError::Network))
}

pub(crate) fn is_refused_by_browser(error: &(dyn StdError + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(FetchError::Refused(_)))
}

pub(crate) fn is_redirect(error: &(dyn StdError + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(FetchError::Redirected))
}

/// Returns whether the connection broke while the request body was being sent.
pub(crate) fn is_body_cut_off(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
        // If writing the request body fails, the hyper error can be recognized only by its message.
        || error.to_string().starts_with("error writing a body to connection")
}

pub(crate) fn is_without_tls(error: &(dyn StdError + 'static)) -> bool {
    error.is::<WithoutTls>()
}

/// The error that the runtime's default reqwest client returns for an `https` URL in a build without TLS.
#[derive(Debug)]
pub(crate) struct WithoutTls;

impl std::fmt::Display for WithoutTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("https requires the `rustls` or `native-tls` feature of afresh")
    }
}

impl StdError for WithoutTls {}

pub(crate) fn has_url(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(|error| error.url().is_some())
}

/// Creates the error that a transport returns when its own timeout expires.
#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
pub(crate) fn timed_out() -> BoxError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "the transport's timeout expired").into()
}

/// The error that `HyperTransport` returns for an `https` URL in a build without TLS.
#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
#[derive(Debug)]
pub(crate) struct NoTls;

#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
impl std::fmt::Display for NoTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "`HyperTransport` was built without TLS. Enable the `rustls` feature of afresh to use https",
        )
    }
}

#[cfg(all(feature = "hyper", not(target_family = "wasm")))]
impl StdError for NoTls {}
