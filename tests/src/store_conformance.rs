//! The checks that every `SessionStore` must pass.
//!
//! To run the checks against your own store, implement [`Place`] and call [`all`]. A failed check panics with a message
//! that states the violated guarantee.
//!
//! ```
//! use afresh::MemoryStore;
//! use afresh_tests::store_conformance::{Place, all};
//!
//! struct InMemory(MemoryStore);
//!
//! impl Place for InMemory {
//!     type Store = MemoryStore;
//!
//!     fn open(&self) -> MemoryStore {
//!         self.0.clone()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! all(|| InMemory(MemoryStore::new())).await;
//! # });
//! ```
//!
//! The checks take about two seconds of real time, because the clock of a remote store cannot be paused. With a server
//! that can be suspended, the checks take about half a minute.

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use tokio::runtime::Builder;
use tokio::sync::Barrier;
use tokio::task::{JoinSet, spawn_blocking, yield_now};
use tokio::time::{sleep, timeout};

/// The time limit for an event that must occur. Every store is expected to be much faster than this time limit.
const SOON: Duration = Duration::from_secs(15);
/// The time to wait before a check concludes that an event has not occurred.
const WHILE: Duration = Duration::from_millis(300);

/// A location where a store keeps one session, such as a file or a Redis key. Each location is empty at first and
/// independent of all other locations.
pub trait Place: Send + Sync + 'static {
    /// The type of the stores at this location.
    type Store: SessionStore;

    /// Opens a store at this location, as a separate process would. The new store shares as little as possible with the
    /// stores that are already open.
    fn open(&self) -> Self::Store;

    /// Writes data that no store of this kind would write, and returns true. The default implementation returns
    /// `false`, so that the checks with data from another program are skipped.
    fn spoil(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Returns whether the data that [`spoil`](Self::spoil) wrote is still there and unchanged.
    fn is_spoilt(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Suspends this location's server until [`resume`](Self::resume) is called, and returns true. A suspended server
    /// receives requests but does not answer them. The default implementation returns false, for stores without a
    /// server.
    fn stall(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }

    /// Resumes the server after [`stall`](Self::stall). After `resume`, the server executes the requests that it
    /// received while it was suspended.
    fn resume(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Waits until a lock that was not dropped has expired, and returns true. The default implementation returns false,
    /// for stores whose locks do not expire.
    fn outlast_the_lock(&self) -> impl Future<Output = bool> + Send {
        async { false }
    }
}

/// Runs all checks. Each check uses a new store location.
///
/// # Panics
///
/// Panics if a check fails.
pub async fn all<P: Place>(new_place: impl Fn() -> P) {
    an_empty_store_has_no_record(&new_place()).await;
    a_load_sees_the_last_swap(&new_place()).await;
    any_bytes_are_returned_unchanged(&new_place()).await;
    an_old_basis_is_refused(&new_place()).await;
    one_swap_of_each_revision_wins(&new_place()).await;
    a_dropped_swap_is_complete_or_absent(&new_place()).await;
    one_holds_the_lock_until_it_is_dropped(&new_place()).await;
    two_never_hold_the_lock(&new_place()).await;
    a_dropped_wait_leaves_nothing_behind(&new_place()).await;
    an_abandoned_request_for_the_lock_is_harmless(&new_place()).await;
    a_lock_that_is_dropped_during_a_stall_is_released_afterwards(&new_place()).await;
    a_runtime_that_shuts_down_releases_the_lock(&new_place()).await;
    a_login_needs_no_lock(&new_place()).await;
    locations_differ(&new_place(), &new_place()).await;
    fences_grow(&new_place()).await;
    an_expired_lock_cannot_store(&new_place()).await;
    every_change_is_reported_or_none(&new_place()).await;
    foreign_content_is_an_error_and_stays(&new_place()).await;
}

/// A store to which nothing was written has revision 0 and no record, even after its lock was acquired and dropped.
pub async fn an_empty_store_has_no_record(place: &impl Place) {
    let store = place.open();
    for _ in 0..2 {
        let stored = load(&store).await;
        assert_eq!(stored.revision, Revision::default(), "a store that was never written has revision 0");
        assert!(stored.record.is_empty(), "a store that was never written has no record");
        drop(lock(&store).await);
    }
}

/// Every store at a location reads the latest record, including a store that is opened after the record was written.
pub async fn a_load_sees_the_last_swap(place: &impl Place) {
    let (one, other) = (place.open(), place.open());
    let mut basis = Revision::default();
    for record in ["first", "second, longer than the first", "3"] {
        let revision = swap(&one, basis, record).await.expect("no other writer");
        assert!(revision > basis, "a revision grows with every change");
        for store in [&one, &other, &place.open()] {
            let stored = load(store).await;
            assert_eq!(stored.revision, revision, "`load` returns the revision that `swap` returned");
            assert_eq!(stored.record, record.as_bytes(), "`load` returns the record that `swap` has stored");
        }
        basis = revision;
    }
}

/// A record is a sequence of arbitrary bytes: it can be invalid UTF-8, contain line breaks, and be longer than a memory
/// page.
pub async fn any_bytes_are_returned_unchanged(place: &impl Place) {
    let store = place.open();
    let all_bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    let mut basis = Revision::default();
    for record in [&b"\0"[..], b"\n", b"\r\n\r\n", b"\xff\xfe\xfd", &all_bytes] {
        basis = swap(&store, basis, record).await.expect("no other writer");
        assert_eq!(load(&store).await.record, record, "a record is read unchanged");
    }
}

/// `swap` stores nothing unless its basis (the revision to replace) is the current revision. A swap based on an older
/// revision, or on a revision that never existed, is refused.
pub async fn an_old_basis_is_refused(place: &impl Place) {
    let store = place.open();
    let never = Revision::new(7);
    assert_eq!(swap(&store, never, "x").await, None, "a swap based on an unknown revision is refused");
    let first = swap(&store, Revision::default(), "first").await.expect("no other writer");
    let second = swap(&store, first, "second").await.expect("no other writer");
    for basis in [Revision::default(), first, second.next()] {
        assert_eq!(swap(&store, basis, "late").await, None, "a swap based on another revision is refused");
    }
    // A swap based on an old revision is refused even if its record equals the stored record.
    assert_eq!(swap(&store, first, "second").await, None, "a swap based on an old revision is refused");
    assert_eq!(load(&store).await.record, b"second", "a refused swap changes nothing");
}

/// If several writers have read the same revision, exactly one of their swaps succeeds.
pub async fn one_swap_of_each_revision_wins(place: &impl Place) {
    const TASKS: usize = 8;
    const ROUNDS: u32 = 20;
    let barrier = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, barrier) = (place.open(), barrier.clone());
        tasks.spawn(async move {
            let mut won = Vec::new();
            for round in 0..ROUNDS {
                let basis = load(&store).await.revision;
                // At this point all tasks have read the same revision.
                barrier.wait().await;
                if let Some(revision) = swap(&store, basis, format!("{task} in {round}")).await {
                    won.push((basis, revision));
                }
                barrier.wait().await;
            }
            won
        });
    }
    let mut won = Vec::new();
    while let Some(of_one) = tasks.join_next().await {
        won.extend(of_one.expect("a task that stores"));
    }
    won.sort_unstable();
    let mut basis = Revision::default();
    for (from, to) in won {
        assert_eq!(from, basis, "exactly one task writes each revision, and no revision is skipped");
        basis = to;
    }
    assert_eq!(
        load(&place.open()).await.revision,
        basis,
        "the last revision is that of the last successful swap"
    );
}

/// If a swap's future is dropped, the record is stored completely or not at all, and the store still works afterwards.
pub async fn a_dropped_swap_is_complete_or_absent(place: &impl Place) {
    let store = place.open();
    let long = |of: u8| vec![of; 20_000];
    for of in 1..20 {
        let basis = load(&store).await.revision;
        let dropped = Swap { basis, record: long(of), fence: None };
        give_up_after(Duration::from_micros(u64::from(of - 1) * 100), store.swap(dropped)).await;
        let stored = load(&place.open()).await;
        let is_whole = stored.record.is_empty() || stored.record == long(stored.record[0]);
        assert!(is_whole, "the stored record is complete");
    }
    let started = Instant::now();
    loop {
        let basis = load(&store).await.revision;
        // A swap can still be in progress after its future is dropped.
        if swap(&store, basis, "after all").await.is_some() {
            break;
        }
        assert!(started.elapsed() < SOON, "dropped swaps end");
    }
}

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

/// A store that can name its location returns the same name before and after a write. Stores at two locations return
/// different names.
pub async fn locations_differ(place: &impl Place, other: &impl Place) {
    let before = where_it_is(&place.open()).await;
    swap(&place.open(), Revision::default(), "record").await;
    let after = where_it_is(&place.open()).await;
    assert!(before.is_none() || before == after, "a place has one location");
    assert!(
        after.is_none() || after != where_it_is(&other.open()).await,
        "two places have different locations"
    );
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

/// A store that reports changes reports every change, including a change that was made before the wait started. The
/// future that `changed` returns can be dropped at any time.
pub async fn every_change_is_reported_or_none(place: &impl Place) {
    let (one, other) = (place.open(), place.open());
    let first = swap(&one, Revision::default(), "first").await.expect("no other writer");
    let tells = timeout(Duration::from_secs(2), other.changed(Revision::default())).await.is_ok();
    if !tells {
        return;
    }
    assert!(
        timeout(WHILE, other.changed(first)).await.is_err(),
        "`changed` does not return without a change"
    );
    let mut basis = first;
    for _ in 0..3 {
        let waiting = other.changed(basis);
        let changing = async {
            sleep(Duration::from_millis(50)).await;
            swap(&one, basis, "more").await.expect("no other writer")
        };
        let both = async { tokio::join!(waiting, changing).1 };
        basis = timeout(SOON, both).await.expect("a waiting process is informed of a change");
    }
}

/// S7: load and swap return an error for foreign data, and the store never deletes or overwrites foreign data.
pub async fn foreign_content_is_an_error_and_stays(place: &impl Place) {
    if !place.spoil().await {
        return;
    }
    let store = place.open();
    assert!(timeout(SOON, store.load()).await.expect(ENDS).is_err(), "foreign content is an error");
    for basis in [0, 1] {
        let over = Swap { basis: Revision::new(basis), record: b"over".to_vec(), fence: None };
        let swapped = timeout(SOON, store.swap(over)).await.expect(ENDS);
        assert!(!matches!(swapped, Ok(Some(_))), "foreign content is not overwritten");
    }
    // A store can allow or refuse a lock on foreign data.
    drop(timeout(SOON, store.lock()).await.expect(ENDS));
    assert!(place.is_spoilt().await, "foreign content is unchanged");
}

const ENDS: &str = "every call completes in time";

async fn soon<T>(call: impl Future<Output = Result<T, afresh::error::BoxError>>) -> T {
    timeout(SOON, call).await.expect(ENDS).expect("a store that works")
}

/// Drops `call` if it has not completed after `time`. The function does not use the runtime's timers, because they are
/// too coarse.
async fn give_up_after<T>(time: Duration, call: impl Future<Output = T>) {
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

async fn where_it_is(store: &impl SessionStore) -> Option<String> {
    timeout(SOON, store.place()).await.expect(ENDS)
}

async fn load(store: &impl SessionStore) -> Stored {
    soon(store.load()).await
}

async fn lock(store: &impl SessionStore) -> Option<StoreLock> {
    soon(store.lock()).await
}

async fn swap(store: &impl SessionStore, basis: Revision, record: impl AsRef<[u8]>) -> Option<Revision> {
    soon(store.swap(Swap { basis, record: record.as_ref().to_vec(), fence: None })).await
}
