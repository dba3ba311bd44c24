//! The errors of a session that several of its files return.

use crate::error::{Error, Kind};

/// `lost`: the server may have spent the refresh token in a response that never arrived.
pub(crate) fn expired(rotation_lost: bool) -> Error {
    if rotation_lost {
        let text = "the session is rotation_lost: the answer to a refresh did not arrive, and the server does \
                    not take the refresh token again: log in again";
        return Error::new(Kind::RotationLost, text);
    }
    Error::new(Kind::SessionExpired, "the session has expired: log in again")
}

pub(super) fn no_session() -> Error {
    Error::new(Kind::NoSession, "nobody is logged in")
}

pub(super) fn ended() -> Error {
    Error::new(Kind::NoSession, "the session was ended while the call was under way")
}

pub(super) fn superseded() -> Error {
    Error::new(Kind::Superseded, "somebody else logged in while the call was under way")
}

pub(super) fn excessive() -> Error {
    Error::new(
        Kind::Excessive,
        "refreshing was given up for a while: fresh tokens were refused again and again",
    )
}

pub(super) fn no_progress() -> Error {
    Error::new(Kind::NoProgress, "the refresh brought the access token that was refused")
}

pub(super) fn reentrant() -> Error {
    Error::new(Kind::Reentrant, "the refresh waits for itself: it called a method that needs it")
}

pub(super) fn aborted() -> Error {
    Error::new(Kind::Refresh, "the refresh was broken off")
}

pub(super) fn too_long() -> Error {
    Error::new(Kind::Refresh, "the refresh took too long")
}

pub(super) fn store_timeout() -> Error {
    Error::new(Kind::Store, "the store did not answer in time")
}
