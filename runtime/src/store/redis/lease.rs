//! The right to refresh, for a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::{Inner, scripts, wire};
use crate::error::BoxError;
use crate::platform::task;
use crate::store::StoreLock;

/// Between the first two looks at a lock that somebody else has.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Between two looks at the most.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

pub(super) async fn wait(inner: &Arc<Inner>) -> Result<StoreLock, BoxError> {
    let lease = Lease { inner: inner.clone(), owner: wire::unique(), runtime: Handle::current() };
    let lock_name = inner.lock_name();
    let millis = u64::try_from(inner.lease.as_millis()).unwrap_or(u64::MAX);
    let mut pause = FIRST_PAUSE;
    loop {
        // From before it was asked for: the server counts from later.
        let asked = Instant::now();
        let fence = inner.wire.run::<u64>(|| {
            let mut script = scripts::LOCK.key(&*inner.name);
            script.key(&*lock_name).arg(&*lease.owner).arg(millis);
            script
        });
        let fence = fence.await?;
        if fence > 0 {
            return Ok(StoreLock::leased(fence, lease).until(asked + inner.lease));
        }
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Gives the lease back when it is dropped. It is made before the lease is asked for: who stops waiting does not know whether the
/// server has just said yes.
struct Lease {
    inner: Arc<Inner>,
    owner: String,
    runtime: Handle,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (inner, owner) = (self.inner.clone(), std::mem::take(&mut self.owner));
        // Should it fail, or the runtime be gone, the lease runs out by itself.
        task::spawn(&self.runtime, async move {
            let release = || {
                let mut script = scripts::RELEASE.key(inner.lock_name());
                script.arg(&*owner);
                script
            };
            let _ = inner.wire.run::<u64>(release).await;
        });
    }
}
