//! Lets fake implementations of a trait create the errors that a generated client would return.

use super::error::Error;
use super::kind::Kind;

impl Error {
    /// Creates the error that a call returns when it times out. Use this error in a fake implementation of a trait.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(
            Kind::Timeout,
            "the call took longer than its timeout. Try again later, or set a longer timeout",
        )
    }

    /// Creates the error that a call returns when it cannot connect to the server. Use this error in a fake
    /// implementation of a trait.
    #[must_use]
    pub fn connect() -> Self {
        Self::new(Kind::Connect, "could not connect to the server. Check the base URL and the network")
    }

    /// Creates the error that a call returns when it requires a login and the session is logged out. Use this error in
    /// a fake implementation of a trait.
    #[must_use]
    pub fn no_session() -> Self {
        Self::new(Kind::NoSession, "there is no session. Log in first")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(error: &Error) -> [bool; 8] {
        [
            error.is_status(),
            error.is_timeout(),
            error.is_connect(),
            error.is_no_session(),
            error.is_session_expired(),
            error.is_refresh(),
            error.is_decode(),
            error.is_request(),
        ]
    }

    #[test]
    fn each_error_made_by_hand_has_its_one_kind() {
        let made = [Error::timeout(), Error::connect(), Error::no_session()];
        for (index, error) in made.iter().enumerate() {
            let expected: [bool; 8] = std::array::from_fn(|kind| kind == index + 1);
            assert_eq!(kinds(error), expected, "{error}");
        }
    }
}
