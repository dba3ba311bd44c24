//! Defines [`Revoking`], the outcome of starting a revocation.

use tokio::sync::oneshot;

use crate::error::Result;

pub(crate) enum Revoking {
    /// The session cannot revoke its tokens.
    NotNeeded,
    NoRuntime,
    Task(oneshot::Receiver<Result<()>>),
}
