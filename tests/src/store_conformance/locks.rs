//! Checks the lock of a store: who holds it, when it is released, and that a process without the newest lock cannot
//! overwrite the session.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use afresh::store::{Revision, SessionStore, Swap};
use tokio::runtime::Builder;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::Place;
use super::calls::{WHILE, give_up_after, load, lock, soon, swap};

/// All stores at one location share one lock. Soon after the lock is dropped, another store can acquire the lock.
pub async fn one_holds_the_lock_until_it_is_dropped(place: &impl Place) {
    let (one, other) = (place.open(), place.open());
    let Some(held) = lock(&one).await else { return };
    for store in [&one, &other, &place.open()] {
        assert!(
            timeout(WHILE, store.lock()).await.is_err(),
            "a second lock cannot be acquired while the first is held"
        );
    }
    drop(held);
    assert!(lock(&other).await.is_some(), "a dropped lock can be acquired again");
}

/// If many tasks wait for the lock, each task acquires the lock once, and no two tasks hold the lock at the same time.
pub async fn two_never_hold_the_lock(place: &impl Place) {
    let held = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (store, held) = (place.open(), held.clone());
        tasks.spawn(async move {
            let Some(lock) = lock(&store).await else { return };
            assert!(!held.swap(true, Ordering::SeqCst), "two tasks hold the lock");
            sleep(Duration::from_millis(5)).await;
            held.store(false, Ordering::SeqCst);
            drop(lock);
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("each waiting task acquires the lock");
    }
}

/// A dropped `lock` future does not hold the lock and does not prevent any store from acquiring it.
pub async fn a_dropped_wait_leaves_nothing_behind(place: &impl Place) {
    let store = place.open();
    // While the lock is free, `lock` futures are dropped before, while and after they acquire the lock.
    for step in 0..40 {
        give_up_after(Duration::from_micros(step * 50), store.lock()).await;
    }
    let Some(held) = lock(&place.open()).await else { return };
    for step in 0..10 {
        assert!(timeout(Duration::from_millis(step), store.lock()).await.is_err(), "the lock is held");
    }
    drop(held);
    assert!(lock(&store).await.is_some(), "a dropped wait does not take the lock");
}

/// R6: a suspended server grants the lock to a client that has abandoned its request. Another client gets the lock
/// within 10 s after the server resumes.
pub async fn an_abandoned_request_for_the_lock_is_harmless(place: &impl Place) {
    let (gone, next) = (place.open(), place.open());
    // The connections are opened before the server is suspended.
    drop((load(&gone).await, load(&next).await));
    if !place.stall().await {
        return;
    }
    let requests = timeout(Duration::from_secs(6), async { tokio::join!(gone.lock(), gone.lock()) });
    let granted = requests.await.is_ok_and(|(one, other)| one.is_ok() || other.is_ok());
    place.resume().await;
    assert!(!granted, "a suspended server grants no lock");
    // The server executes the requests that arrived before it resumed.
    load(&next).await;
    let lock = timeout(Duration::from_secs(10), next.lock()).await;
    lock.expect("an abandoned request does not keep the lock").expect("a store that works");
}

/// R6: a process drops its lock while the server is suspended for longer than the timeout of one request. After the
/// server resumes, another process gets the lock within 10 s, even though the lock has not expired.
pub async fn a_lock_that_is_dropped_during_a_stall_is_released_afterwards(place: &impl Place) {
    let (holder, next) = (place.open(), place.open());
    load(&next).await;
    let Some(held) = lock(&holder).await else { return };
    if !place.stall().await {
        return;
    }
    // The `load` call times out, which breaks the lock holder's connection.
    let _ = timeout(Duration::from_secs(6), holder.load()).await;
    drop(held);
    sleep(Duration::from_secs(6)).await;
    place.resume().await;
    let lock = timeout(Duration::from_secs(10), next.lock()).await;
    lock.expect("a lock that was dropped is released").expect("a store that works");
}

/// R6: when a runtime shuts down, as it does when `main` returns, the store releases a lock that a task of the runtime
/// holds or is requesting. Other processes must not wait until the lock expires.
pub async fn a_runtime_that_shuts_down_releases_the_lock(place: &impl Place) {
    for pause in [0, 1, 2, 3, 5, 10, 50].map(Duration::from_millis) {
        let store = place.open();
        let process = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async {
                tokio::spawn(async move {
                    let _lock = store.lock().await;
                    pending::<()>().await;
                });
                sleep(pause).await;
            });
        });
        spawn_blocking(|| process.join()).await.expect("the thread ends").expect("the runtime shuts down");
        let next = place.open();
        let lock = timeout(Duration::from_secs(2), next.lock()).await;
        lock.expect("a runtime that shuts down releases the lock").expect("a store that works");
    }
}

/// A login or logout is stored without a lock, even while another process holds the lock. After another process has
/// stored a login or logout, a swap by the lock holder fails unless the swap is based on the new revision.
pub async fn a_login_needs_no_lock(place: &impl Place) {
    let (holder, other) = (place.open(), place.open());
    let Some(held) = lock(&holder).await else { return };
    let basis = swap(&other, Revision::default(), "login").await.expect("no lock is needed");
    let late = Swap { basis: Revision::default(), record: b"late".to_vec(), fence: Some(held.fence()) };
    assert_eq!(
        soon(holder.swap(late)).await,
        None,
        "the basis of the lock's holder is not the current revision"
    );
    let next = Swap { basis, record: b"next".to_vec(), fence: Some(held.fence()) };
    assert!(soon(holder.swap(next)).await.is_some(), "the holder of the newest lock can store");
}

/// If locks can expire, the fence of each lock is greater than the fences of all earlier locks, including dropped
/// locks.
pub async fn fences_grow(place: &impl Place) {
    let mut last = 0;
    for turn in 0..5 {
        let Some(held) = lock(&place.open()).await else { return };
        let fence = held.fence();
        if fence == 0 {
            assert_eq!(last, 0, "either every lock has a fence, or no lock has a fence");
            continue;
        }
        assert!(turn == 0 || fence > last, "fence {fence} is not greater than the last fence {last}");
        last = fence;
    }
}

/// R3, R10: a process whose lock has expired cannot write to the store after another process has acquired the lock.
/// Dropping the old lock does not release the new lock.
pub async fn an_expired_lock_cannot_store(place: &impl Place) {
    let (late, next) = (place.open(), place.open());
    let Some(lost) = lock(&late).await else { return };
    let fence = lost.fence();
    if !place.outlast_the_lock().await {
        return;
    }
    assert!(lost.has_run_out() || fence > 0, "a lock that expires has a fence");
    let held = lock(&next).await.expect("an expired lock can be acquired");
    assert!(held.fence() > fence, "the next lock has a greater fence");
    let basis = load(&late).await.revision;
    let overwriting = Swap { basis, record: b"late".to_vec(), fence: Some(fence) };
    assert_eq!(soon(late.swap(overwriting)).await, None, "an older fence is refused");
    drop(lost);
    assert!(
        timeout(WHILE, late.lock()).await.is_err(),
        "R7: dropping an expired lock does not release the next lock"
    );
    let own = Swap { basis, record: b"own".to_vec(), fence: Some(held.fence()) };
    let stored = soon(next.swap(own)).await.expect("the newest fence may store");
    assert_eq!(load(&late).await.revision, stored);
    // A write with an old lock's fence is refused even after the newest lock has been released.
    drop(held);
    let overwriting = Swap { basis: stored, record: b"late".to_vec(), fence: Some(fence) };
    assert_eq!(soon(late.swap(overwriting)).await, None, "an older fence is always refused");
}
