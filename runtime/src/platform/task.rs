//! Spawns tasks on the caller's Tokio runtime.
//!
//! Tokio compiles its part again for each type of future: 7,000 lines of LLVM. In a box, all tasks have the
//! same type.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// Spawns `work` on `runtime`. The handle aborts it.
pub(crate) fn spawn(runtime: &Handle, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    let work: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(work);
    runtime.spawn(work).abort_handle()
}
