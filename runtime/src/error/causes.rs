//! What the errors mean that come out of a transport, or are somewhere among their causes.

use std::error::Error as StdError;

pub(super) fn any_cause(
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

pub(super) fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(feature = "hyper")]
    if crate::lean::is_timeout(error) {
        return true;
    }
    error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::TimedOut)
}

pub(super) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    use std::io::{Error as IoError, ErrorKind};
    #[cfg(feature = "hyper")]
    if crate::lean::is_connect(error) {
        return true;
    }
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
        || error.downcast_ref::<IoError>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

pub(super) fn is_unsent(error: &(dyn StdError + 'static)) -> bool {
    is_connect(error) || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

pub(super) fn has_url(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(|error| error.url().is_some())
}
