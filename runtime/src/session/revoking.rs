//! [`Revoking`] is the result of starting a revocation.

use tokio::sync::oneshot;

use crate::error::Result;

pub(crate) enum Revoking {
    /// The session has no function for revoking tokens.
    NotNeeded,
    NoRuntime,
    Task(oneshot::Receiver<Result<()>>),
}
