//! Tasks of ours on the runtime of who starts them.
//!
//! For every kind of task Tokio's part is compiled anew, 7,000 lines of LLVM; in a box all of ours are of one kind.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

use crate::error::Result;

/// Its handle breaks it off.
pub(crate) fn spawn(runtime: &Handle, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    let work = async move {
        work.await;
        Ok(())
    };
    spawn_fallible(runtime, work).abort_handle()
}

/// The same of work whose handle says how it went.
pub(crate) fn spawn_fallible(
    runtime: &Handle,
    work: impl Future<Output = Result<()>> + Send + 'static,
) -> JoinHandle<Result<()>> {
    let work: Pin<Box<dyn Future<Output = Result<()>> + Send>> = Box::pin(work);
    runtime.spawn(work)
}
