//! Classifies the errors of transports by their type and by their causes.

use std::error::Error as StdError;

/// A boxed error, as tower services return it.
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
    #[cfg(feature = "hyper")]
    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout) {
        return true;
    }
    error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
}

pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(feature = "hyper")]
    {
        use hyper_util::client::legacy::Error as HyperError;
        if error.is::<NoTls>() || error.downcast_ref::<HyperError>().is_some_and(HyperError::is_connect) {
            return true;
        }
    }
    is_without_tls(error)
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

pub(crate) fn is_unsent(error: &(dyn StdError + 'static)) -> bool {
    is_connect(error) || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

/// Whether the connection broke while the request was being written.
pub(crate) fn is_body_cut_off(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
        // hyper has no other way to ask for this.
        || error.to_string().starts_with("error writing a body to connection")
}

pub(crate) fn is_without_tls(error: &(dyn StdError + 'static)) -> bool {
    error.is::<WithoutTls>()
}

/// The error of the runtime's own client for an `https` address in a build that has no TLS.
#[derive(Debug)]
pub(crate) struct WithoutTls;

impl std::fmt::Display for WithoutTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("https needs the feature `rustls` or `native-tls` of afresh")
    }
}

impl StdError for WithoutTls {}

pub(crate) fn has_url(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(|error| error.url().is_some())
}

/// The error of a transport whose own time-out has expired.
#[cfg(feature = "hyper")]
pub(crate) fn timed_out() -> BoxError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "the time-out of the transport expired").into()
}

/// The error for an `https` address in a build that has no TLS.
#[cfg(feature = "hyper")]
#[derive(Debug)]
pub(crate) struct NoTls;

#[cfg(feature = "hyper")]
impl std::fmt::Display for NoTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "`HyperTransport` was built without TLS. Enable the feature `rustls` of afresh to use https",
        )
    }
}

#[cfg(feature = "hyper")]
impl StdError for NoTls {}
