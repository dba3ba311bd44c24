//! Why `fetch` has no answer: [`FetchError`]. The type is everywhere, so that errors are classified in the same code; only a
//! browser makes one.

use std::error::Error;
use std::fmt;

/// Why there is no answer. What the browser says is left out, because it may hold a URL or a header.
#[derive(Debug)]
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) enum FetchError {
    /// The browser refused the request before it was sent. The name of its error.
    Refused(String),
    /// The body of the request could not be read.
    Body(Box<dyn Error + Send + Sync>),
    /// The browser tells a page nothing else. The request may have been sent.
    Network,
    /// The server redirected a request that is not redirected.
    Redirected,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(name) => write!(f, "the browser refused the request with a {name}"),
            Self::Body(_) => f.write_str("the body of the request could not be read"),
            Self::Network => f.write_str("the browser reports a network error"),
            Self::Redirected => f.write_str("the answer is a redirect"),
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
