//! [`Kind`] classifies errors.

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
    /// The user or the server refused the login.
    LoginDenied,
    /// The server did not respond to the login, or the user did not complete the login in time.
    LoginUnavailable,
    /// The authorization response does not belong to the login in progress.
    #[cfg_attr(not(feature = "login"), expect(dead_code, reason = "only logins use this kind"))]
    Login,
}
