//! The kinds of errors: [`Kind`].

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Builder,
    Request,
    Connect,
    Timeout,
    Transport,
    Status,
    Decode,
    BodyTooLarge,
    NoSession,
    SessionExpired,
    RotationLost,
    Superseded,
    Refresh,
    NoProgress,
    Excessive,
    NotReplayable,
    Reentrant,
    Busy,
    Store,
}
