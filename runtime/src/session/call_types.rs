//! What a call asks of its session, and what it gets: [`Demand`], [`Entered`], [`Next`].

use std::sync::Arc;
use std::time::Duration;

use super::refresh_handle::RefreshHandle;
use super::snapshot::Snapshot;
use crate::error::{Error, Reason, RefreshedBy, Stamp};

/// Whether a call needs the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The call is sent with a credential if there is one.
    Optional,
    /// Without a credential the call returns an error, and nothing is sent.
    Required,
}

/// What a call is sent with.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) snapshot: Arc<Snapshot>,
    /// The refresh for which the call waited first.
    pub(crate) waited: Option<Waited>,
}

/// How a call waited for a refresh.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) by: RefreshedBy,
    pub(crate) time: Duration,
}

/// What a refused call does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The refusal is the response of the call.
    Return(Reason),
    /// Wait for the refresh, then decide.
    Wait(Wait),
    /// The session was refreshed already.
    Replay(Arc<Snapshot>),
    Fail(Error),
}

/// One caller that waits for a refresh.
#[derive(Debug)]
pub(crate) struct Wait {
    pub(super) handle: RefreshHandle,
    pub(super) stamp: Stamp,
    /// Whether this caller started the refresh.
    pub(super) started: bool,
    /// Whether the server refused the call. It is then not sent again with the same access token.
    pub(super) refused: bool,
}

impl Wait {
    /// Which call started the refresh.
    pub(crate) fn by(&self) -> RefreshedBy {
        if self.started { RefreshedBy::ThisCall } else { RefreshedBy::AnotherCall }
    }
}
