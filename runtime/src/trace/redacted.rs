//! Records errors without secrets, using only names from a fixed list and this crate's own messages.

use std::error::Error as StdError;
use std::fmt;

use crate::error::{Error, Kind};

/// Displays the messages of an error and its causes, but omits messages from other crates, because these messages can
/// contain secrets.
pub(super) struct Redacted<'a>(pub(super) &'a Error);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text())?;
        let own_cause = |error: &Error| error.source()?.downcast_ref::<Error>().cloned();
        let mut last = self.0.clone();
        while let Some(cause) = own_cause(&last) {
            // If a user's function returns an error, the runtime wraps it in another error with the same message.
            if cause.text() != last.text() {
                write!(f, ": {}", cause.text())?;
            }
            last = cause;
        }
        Ok(())
    }
}

pub(super) fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Builder => "builder",
        Kind::Request => "request",
        Kind::Connect => "connect",
        Kind::Timeout => "timeout",
        Kind::Transport => "transport",
        Kind::Status => "status",
        Kind::Decode => "decode",
        Kind::BodyTooLarge => "body_too_large",
        Kind::NoSession => "no_session",
        Kind::SessionExpired => "session_expired",
        Kind::RotationLost => "rotation_lost",
        Kind::Superseded => "superseded",
        Kind::Refresh => "refresh",
        Kind::NoProgress => "no_progress",
        Kind::Excessive => "excessive_refresh",
        Kind::NotReplayable => "not_replayable",
        Kind::Reentrant => "reentrant",
        Kind::Busy => "refresh_busy",
        Kind::Store => "store",
        Kind::LoginDenied => "login_denied",
        Kind::LoginUnavailable => "login_unavailable",
        Kind::Login => "login",
    }
}
