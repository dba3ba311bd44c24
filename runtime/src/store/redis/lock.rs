//! The right to refresh, for a time.

use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::connection::Connection;
use super::{connection, scripts};
use crate::error::BoxError;
use crate::platform::task;
use crate::store::session_store::StoreLock;

/// Between the first two looks at a lock that somebody else has.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Between two looks at the most.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The lock of one session.
pub(super) struct Lock {
    pub(super) connection: Connection,
    /// The hash of the session.
    pub(super) name: String,
    /// The key of the lock.
    pub(super) lock_name: String,
    pub(super) lease: Duration,
}

/// Waits until the lock is free, then takes it.
pub(super) async fn wait(lock: Lock) -> Result<StoreLock, BoxError> {
    let length = lock.lease;
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let lease = Lease { lock, owner: connection::random_name(), runtime: Handle::current() };
    let Lock { connection, name, lock_name, .. } = &lease.lock;
    let mut pause = FIRST_PAUSE;
    loop {
        // From before it was asked for: the server counts from later.
        let asked = Instant::now();
        let fence = connection.run::<u64>(|| {
            let mut script = scripts::LOCK.key(&**name);
            script.key(&**lock_name).arg(&*lease.owner).arg(millis);
            script
        });
        let fence = fence.await?;
        if fence > 0 {
            return Ok(StoreLock::leased(fence, lease).until(asked + length));
        }
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Gives the lease back when it is dropped. It is made before the lease is asked for: who stops waiting does not know whether the
/// server has just said yes.
struct Lease {
    lock: Lock,
    owner: String,
    runtime: Handle,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (connection, lock_name) =
            (self.lock.connection.clone(), std::mem::take(&mut self.lock.lock_name));
        let owner = std::mem::take(&mut self.owner);
        // Should it fail, or the runtime be gone, the lease runs out by itself.
        task::spawn(&self.runtime, async move {
            let release = || {
                let mut script = scripts::RELEASE.key(&*lock_name);
                script.arg(&*owner);
                script
            };
            let _ = connection.run::<u64>(release).await;
        });
    }
}
