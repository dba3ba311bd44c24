//! Defines [`FetchError`], the reason why `fetch` returned no response. The type exists on all platforms, so that all
//! platforms use the same code to classify errors. A `FetchError` is created only in browser builds.

use std::error::Error;
use std::fmt;

/// The browser's error message is omitted, because it can contain a URL or a header.
#[derive(Debug)]
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) enum FetchError {
    /// The browser refused the request before it was sent. The variant contains the name of the error that the browser
    /// reported.
    Refused(String),
    Body(Box<dyn Error + Send + Sync>),
    /// A network error. The browser does not report the cause of a network error to the page, so the request might have
    /// been sent.
    Network,
    /// The server redirected a request for which redirects are disabled.
    Redirected,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(name) => write!(f, "the browser refused the request with the error `{name}`"),
            Self::Body(_) => f.write_str("the request body could not be read"),
            Self::Network => f.write_str("the browser reports a network error"),
            Self::Redirected => f.write_str("the response is a redirect"),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Body(error) => Some(&**error),
            Self::Refused(_) | Self::Network | Self::Redirected => None,
        }
    }
}
