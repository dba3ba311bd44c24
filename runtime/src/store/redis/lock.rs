//! Implements the refresh lock as a lease with a fencing token.
#![expect(clippy::disallowed_methods, reason = "a browser has no Redis")]

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use redis::RedisResult;
use tokio::runtime::{Builder, Handle, Id};

use super::connection::Connection;
use super::{connection, scripts};
use crate::error::BoxError;
use crate::platform::backoff::doubled;
use crate::platform::task;
use crate::store::session_store::StoreLock;

/// The duration of a lease that its owner has not yet confirmed. If Redis grants the lease to an owner that has stopped
/// waiting, the lease expires after 3 s.
const UNCONFIRMED: Duration = Duration::from_secs(3);
/// The initial pause between attempts to acquire a lock that another process holds.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The maximum pause between attempts to acquire a lock.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// The maximum time for which the shutdown of a runtime waits until its leases are released.
const LAST_RELEASES: Duration = Duration::from_secs(1);

/// The runtime that is shutting down while it holds a lease, and the end of its wait.
static SHUTDOWN: Mutex<Option<(Id, Instant)>> = Mutex::new(None);

pub(super) struct Lock {
    pub(super) connection: Connection,
    /// The Redis key of the hash that stores the session.
    pub(super) hash: String,
    /// The Redis key of the lock.
    pub(super) key: String,
    pub(super) lease: Duration,
}

/// Waits until the lock is free, and then acquires the lock.
pub(super) async fn wait(lock: Lock) -> Result<StoreLock, BoxError> {
    let length = lock.lease;
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let lease = Lease { lock, owner: connection::random_name(), runtime: Handle::current() };
    let Lock { connection, hash, key, .. } = &lease.lock;
    let mut tries = 0;
    loop {
        let fence = connection.run::<u64>(|| {
            let mut script = scripts::LOCK.key(&**hash);
            script.key(&**key).arg(&*lease.owner).arg(millis(UNCONFIRMED.min(length)));
            script
        });
        let fence = fence.await?;
        let renewal = Renewal {
            connection: connection.clone(),
            key: key.clone(),
            owner: lease.owner.clone(),
            lease: length,
        };
        if fence > 0 {
            if let Some(until) = renewal.confirm().await? {
                let renew = move || renewal.clone().run();
                return Ok(StoreLock::leased(fence, lease).until(until).renewed_with(renew));
            }
        }
        let pause = doubled(FIRST_PAUSE, tries, LONGEST_PAUSE);
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        tries = tries.saturating_add(1);
    }
}

/// Extends the lease after the lock has been granted, and repeatedly during a long login.
#[derive(Clone)]
struct Renewal {
    connection: Connection,
    key: String,
    owner: String,
    lease: Duration,
}

impl Renewal {
    async fn run(self) -> Result<Instant, BoxError> {
        self.confirm().await?.ok_or_else(|| "the lease has expired".into())
    }

    /// Extends the lease to its full duration, starting now. Returns the new expiry of the lease, or `None` if the
    /// lease has already expired.
    async fn confirm(&self) -> Result<Option<Instant>, BoxError> {
        let millis = u64::try_from(self.lease.as_millis()).unwrap_or(u64::MAX);
        // The expiry is calculated from the time just before the request, because the server cannot have started the
        // lease earlier.
        let asked = Instant::now();
        let confirmed = self.connection.run::<bool>(|| {
            let mut script = scripts::RENEW.key(&*self.key);
            script.arg(&*self.owner).arg(millis);
            script
        });
        Ok(confirmed.await?.then(|| asked + self.lease))
    }
}

/// Releases the lease when it is dropped. The `Lease` is created before the lock is requested, because the server can
/// grant the lock even if the request is cancelled.
struct Lease {
    lock: Lock,
    owner: String,
    runtime: Handle,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let release = Release {
            connection: self.lock.connection.clone(),
            key: std::mem::take(&mut self.lock.key),
            owner: std::mem::take(&mut self.owner),
            runtime: self.runtime.id(),
            expired: Instant::now().checked_add(self.lock.lease),
            is_done: false,
        };
        // If the runtime has shut down, `spawn` drops the release without polling it.
        task::spawn(&self.runtime, release.run());
    }
}

/// Releases a lease. If the runtime shuts down before Redis confirms the release, for example because `main` returns,
/// the release is sent on a separate thread, so that other processes do not have to wait until the lease expires.
struct Release {
    connection: Connection,
    key: String,
    owner: String,
    runtime: Id,
    expired: Option<Instant>,
    is_done: bool,
}

impl Release {
    async fn run(mut self) {
        // If a connection is opened while the server is suspended, the server never executes a release script that is
        // sent on this connection. If the release script fails, it is sent again.
        while send_release(&self.connection, &self.key, &self.owner).await.is_err() && !self.has_expired() {
            tokio::time::sleep(LONGEST_PAUSE).await;
        }
        self.is_done = true;
    }

    fn has_expired(&self) -> bool {
        self.expired.is_none_or(|at| at <= Instant::now())
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        if self.is_done || self.has_expired() {
            return;
        }
        // The open connection belongs to the runtime that is shutting down.
        let connection = self.connection.without_open();
        let (key, owner) = (std::mem::take(&mut self.key), std::mem::take(&mut self.owner));
        let (sent, until_sent) = mpsc::channel::<()>();
        let release = move || {
            let _sent = sent;
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            let _ = runtime.block_on(send_release(&connection, &key, &owner));
        };
        if thread::Builder::new().name("afresh-redis".into()).spawn(release).is_ok() {
            // When `main` returns, the process ends without waiting for its threads.
            let _ = until_sent.recv_timeout(time_to_wait(self.runtime));
        }
    }
}

/// Returns how long the current thread waits for the release of a lease. The thread waits only if it is shutting down
/// the lease's runtime, so it cannot block another runtime. All leases of a runtime share one time limit.
fn time_to_wait(runtime: Id) -> Duration {
    if !Handle::try_current().is_ok_and(|current| current.id() == runtime) {
        return Duration::ZERO;
    }
    let now = Instant::now();
    let mut shutdown = SHUTDOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = shutdown.filter(|(known, _)| *known == runtime);
    let (_, end) = *shutdown.insert(known.unwrap_or((runtime, now + LAST_RELEASES)));
    end.saturating_duration_since(now)
}

async fn send_release(connection: &Connection, key: &str, owner: &str) -> RedisResult<u64> {
    let release = || {
        let mut script = scripts::RELEASE.key(key);
        script.arg(owner);
        script
    };
    connection.run(release).await
}

#[cfg(test)]
mod tests {
    use super::*;

    struct OnDrop(Id, mpsc::Sender<Duration>);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.1.send(time_to_wait(self.0)).unwrap();
        }
    }

    #[test]
    fn a_release_waits_only_while_its_own_runtime_shuts_down() {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let (own, other) = (builder.build().unwrap(), builder.build().unwrap());
            let (id, (sent, waits)) = (own.handle().id(), mpsc::channel());
            for _ in 0..2 {
                let on_drop = OnDrop(id, sent.clone());
                own.spawn(async move {
                    let _on_drop = on_drop;
                    std::future::pending::<()>().await;
                });
            }
            assert_eq!(time_to_wait(id), Duration::ZERO);
            assert_eq!(other.block_on(async { time_to_wait(id) }), Duration::ZERO);
            drop(own);
            let (first, second) = (waits.recv().unwrap(), waits.recv().unwrap());
            assert!(!first.is_zero() && !second.is_zero(), "both releases wait: {first:?}, {second:?}");
            assert!(
                first + second < 2 * LAST_RELEASES,
                "both releases share one limit: {first:?}, {second:?}"
            );
        }
    }
}
