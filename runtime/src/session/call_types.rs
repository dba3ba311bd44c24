//! Defines the types that a call exchanges with its session: [`Demand`], [`Entered`], [`Next`].

use std::sync::Arc;
use std::time::Duration;

use super::refresh_handle::RefreshHandle;
use super::snapshot::Snapshot;
use crate::error::{Error, Reason, RefreshedBy, Stamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// The call is sent with a credential if the session has one.
    Optional,
    /// Without a credential, the call returns an error and is not sent.
    Required,
}

/// The result of preparing a call, including the session snapshot that contains the call's credential.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) waited: Option<Waited>,
}

/// Describes how a call waited for a refresh: which call started the refresh, and how long the wait took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) by: RefreshedBy,
    pub(crate) time: Duration,
}

/// The next step for a call that the server refused.
#[derive(Debug)]
pub(crate) enum Next {
    /// The call returns the server's refusal and is not sent again.
    Return(Reason),
    /// The call waits for a running refresh. After the refresh, the session decides what the call does next.
    Wait(Wait),
    /// The session has already been refreshed, so the call is sent again with the new snapshot.
    Replay(Arc<Snapshot>),
    Fail(Error),
}

#[derive(Debug)]
pub(crate) struct Wait {
    pub(super) handle: RefreshHandle,
    pub(super) stamp: Stamp,
    /// Whether the waiting call started the refresh.
    pub(super) started: bool,
    /// Whether the server refused the call before the call started to wait. A refused call is never sent again with the
    /// same access token.
    pub(super) refused: bool,
}

impl Wait {
    pub(crate) fn by(&self) -> RefreshedBy {
        if self.started { RefreshedBy::ThisCall } else { RefreshedBy::AnotherCall }
    }
}
