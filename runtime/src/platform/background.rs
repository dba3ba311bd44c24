//! Provides the runtime for blocking calls: one thread for all clients in the process.

use std::future::{Future, pending};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Handle};

static RUNTIME: OnceLock<Handle> = OnceLock::new();
static STARTING: Mutex<()> = Mutex::new(());

/// Runs `future` on the current thread. Connections, timers and tasks run on the background runtime, which the first
/// blocking call starts.
///
/// # Panics
///
/// Panics if called from async code, as Tokio's `block_on` does.
#[track_caller]
pub(crate) fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = runtime()?;
    assert!(
        !is_async_code(runtime),
        "`wait` was called in async code. Write `.await` instead, or call `wait` within `tokio::task::spawn_blocking`"
    );
    Ok(runtime.block_on(future))
}

/// Whether the current thread is polling a task. If async code makes a blocking call, Tokio panics with a message that
/// does not explain how to fix the error.
fn is_async_code(runtime: &Handle) -> bool {
    Handle::try_current().is_ok() && catch_unwind(AssertUnwindSafe(|| runtime.block_on(async {}))).is_err()
}

fn runtime() -> io::Result<&'static Handle> {
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("afresh".into()).spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(RUNTIME.get_or_init(|| handle))
}
