//! Creates the errors that several files in `session` return.

use crate::error::{Error, Kind};

/// `rotation_lost` is true if the server might have accepted the refresh token but the server's response never arrived.
pub(crate) fn expired(rotation_lost: bool) -> Error {
    if rotation_lost {
        let text = "the response to a refresh was lost, and the server no longer accepts the refresh token. Log in again";
        return Error::new(Kind::RotationLost, text);
    }
    Error::new(Kind::SessionExpired, "the session has expired. Log in again")
}

pub(super) fn no_session() -> Error {
    Error::new(Kind::NoSession, "there is no session. Log in first")
}

pub(super) fn ended() -> Error {
    Error::new(Kind::NoSession, "the session ended while the call was running. Log in again")
}

pub(super) fn superseded() -> Error {
    let text = "another login replaced the session during the call. Repeat the call if it is meant for the new session";
    Error::new(Kind::Superseded, text)
}

pub(super) fn excessive() -> Error {
    let text = "the server refused several new tokens in a row, so refreshing stops for up to a minute. Check the user's permissions";
    Error::new(Kind::Excessive, text)
}

pub(super) fn no_progress() -> Error {
    let text =
        "the refresh returned the access token that the server had refused. Check the refresh endpoint";
    Error::new(Kind::NoProgress, text)
}

pub(super) fn reentrant() -> Error {
    let text = "the refresher made a call that waits for the same refresh. In the refresher, use a public method or another session";
    Error::new(Kind::Reentrant, text)
}

pub(super) fn aborted() -> Error {
    Error::new(
        Kind::Refresh,
        "the refresh was cancelled, for example because the Tokio runtime shut down. Try again",
    )
}

pub(super) fn too_long() -> Error {
    Error::new(Kind::Refresh, "the refresh did not finish within 10 s. Try again later")
}

pub(super) fn store_timeout() -> Error {
    Error::new(Kind::Store, "the store did not respond in time. Try again later")
}
