//! Calls the methods of a store with time limits.

use std::future::Future;
use std::time::{Duration, Instant};

use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use tokio::task::yield_now;
use tokio::time::timeout;

/// The time limit for an event that must occur. Every store is expected to be much faster than this time limit.
pub(super) const SOON: Duration = Duration::from_secs(15);
/// The time to wait before a check concludes that an event has not occurred.
pub(super) const WHILE: Duration = Duration::from_millis(300);

pub(super) const ENDS: &str = "every call completes in time";

pub(super) async fn soon<T>(call: impl Future<Output = Result<T, afresh::error::BoxError>>) -> T {
    timeout(SOON, call).await.expect(ENDS).expect("a store that works")
}

/// Drops `call` if it has not completed after `time`. The function does not use the runtime's timers, because they are
/// too coarse.
pub(super) async fn give_up_after<T>(time: Duration, call: impl Future<Output = T>) {
    let started = Instant::now();
    let time_is_up = async {
        while started.elapsed() < time {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        _ = call => {}
        () = time_is_up => {}
    }
}

pub(super) async fn where_it_is(store: &impl SessionStore) -> Option<String> {
    timeout(SOON, store.place()).await.expect(ENDS)
}

pub(super) async fn load(store: &impl SessionStore) -> Stored {
    soon(store.load()).await
}

pub(super) async fn lock(store: &impl SessionStore) -> Option<StoreLock> {
    soon(store.lock()).await
}

pub(super) async fn swap(
    store: &impl SessionStore,
    basis: Revision,
    record: impl AsRef<[u8]>,
) -> Option<Revision> {
    soon(store.swap(Swap { basis, record: record.as_ref().to_vec(), fence: None })).await
}
