//! Runs tasks in a browser. A web page has a single thread, whose event loop serves as the runtime.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use wasm_bindgen_futures::spawn_local;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A handle to the event loop.
#[derive(Clone, Debug)]
pub(crate) struct Handle;

impl Handle {
    #[expect(clippy::unnecessary_wraps, reason = "the signature must match Tokio's function")]
    pub(crate) fn try_current() -> Result<Self, Infallible> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "the signature must match Tokio's function")]
    pub(crate) fn spawn(&self, work: Work) -> Spawned {
        let abort = AbortHandle::default();
        spawn_local(Task { work, abort: abort.clone() });
        Spawned(abort)
    }
}

/// A task that was spawned on the event loop.
pub(crate) struct Spawned(AbortHandle);

impl Spawned {
    pub(crate) fn abort_handle(self) -> AbortHandle {
        self.0
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct AbortHandle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    aborted: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl AbortHandle {
    pub(crate) fn abort(&self) {
        self.0.aborted.store(true, Ordering::SeqCst);
        let waker = self.0.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Task {
    work: Work,
    abort: AbortHandle,
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.abort.0.aborted.load(Ordering::SeqCst) {
            return Poll::Ready(());
        }
        *self.abort.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        self.work.as_mut().poll(context)
    }
}
