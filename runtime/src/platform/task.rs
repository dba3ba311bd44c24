//! Spawns tasks on a Tokio runtime, including tasks that another thread can cancel.
//!
//! The compiler instantiates Tokio's task code for each future type, which adds 7,000 lines of LLVM IR each time. All
//! boxed tasks have the same type, so Tokio's code is instantiated only once for them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll};

use crate::platform::runtime::AbortHandle;
use crate::platform::runtime::Handle;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Spawns `work` on `runtime`.
pub(crate) fn spawn(runtime: &Handle, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    let work: Work = Box::pin(work);
    runtime.spawn(work).abort_handle()
}

/// Cancels a task's work from any thread. A Tokio abort takes effect only when the runtime polls the task, and a
/// current-thread runtime might not be polled for hours.
#[derive(Clone, Default)]
pub(crate) struct Cancel(Arc<Shared>);

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    work: Mutex<Option<Work>>,
}

impl Cancel {
    /// Spawns `work` on `runtime`. Each `Cancel` belongs to at most one task.
    pub(crate) fn spawn(&self, runtime: &Handle, work: impl Future<Output = ()> + Send + 'static) {
        let previous = self.0.work().replace(Box::pin(work));
        drop(previous);
        spawn(runtime, CancellableTask(self.0.clone()));
    }

    /// Drops the task's work immediately or, if the task is being polled, after the current poll. After a cancellation,
    /// the task's work is never polled again.
    pub(crate) fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        self.0.drop_work();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Option<Work>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_work(&self) {
        let work = match self.work.try_lock() {
            Ok(mut work) => work.take(),
            Err(TryLockError::Poisoned(work)) => work.into_inner().take(),
            // The task is being polled right now. After the poll, the task checks whether it was cancelled.
            Err(TryLockError::WouldBlock) => None,
        };
        // The work is dropped after the lock has been released, because dropping the work can run code that cancels
        // this task.
        drop(work);
    }
}

struct CancellableTask(Arc<Shared>);

impl Future for CancellableTask {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let pending = {
            let mut work = self.0.work();
            let cancelled = self.0.cancelled.load(Ordering::SeqCst);
            work.as_mut().filter(|_| !cancelled).is_some_and(|work| work.as_mut().poll(context).is_pending())
        };
        // `cancel` sets `cancelled` before it takes the work, so either this task or `cancel` drops the work.
        if pending && !self.0.cancelled.load(Ordering::SeqCst) {
            return Poll::Pending;
        }
        self.0.drop_work();
        Poll::Ready(())
    }
}

/// Drops the work when the task's runtime shuts down, even if a [`Cancel`] still exists.
impl Drop for CancellableTask {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        self.0.drop_work();
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::runtime::Builder;

    use super::*;

    struct Dropped(Arc<AtomicBool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn work() -> (Arc<AtomicBool>, impl Future<Output = ()> + Send) {
        let dropped = Arc::new(AtomicBool::new(false));
        let inside = Dropped(dropped.clone());
        (dropped, async move {
            let _inside = inside;
            pending::<()>().await;
        })
    }

    #[test]
    fn cancelled_work_is_dropped_even_if_its_runtime_stalls() {
        for polled in [false, true] {
            let runtime = Builder::new_current_thread().build().unwrap();
            let (cancel, (dropped, work)) = (Cancel::default(), work());
            cancel.spawn(runtime.handle(), work);
            if polled {
                runtime.block_on(tokio::task::yield_now());
            }
            assert!(!dropped.load(Ordering::SeqCst));
            cancel.cancel();
            assert!(dropped.load(Ordering::SeqCst) && cancel.is_cancelled());
        }
    }

    #[test]
    fn work_is_dropped_with_its_runtime() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (cancel, (dropped, work)) = (Cancel::default(), work());
        cancel.spawn(runtime.handle(), work);
        drop(runtime);
        assert!(dropped.load(Ordering::SeqCst));
    }

    #[test]
    fn work_that_cancels_itself_is_not_polled_again() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let cancel = Cancel::default();
        let (inside, (dropped, rest)) = (cancel.clone(), work());
        cancel.spawn(runtime.handle(), async move {
            inside.cancel();
            rest.await;
        });
        runtime.block_on(tokio::task::yield_now());
        assert!(dropped.load(Ordering::SeqCst));
    }
}
