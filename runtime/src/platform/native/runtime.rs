//! Runs tasks on Tokio.

pub(crate) use tokio::runtime::Handle;
pub(crate) use tokio::task::AbortHandle;
