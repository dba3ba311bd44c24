//! Checks the records of a store: what `load` returns, which swaps succeed, and which changes are reported.

use std::sync::Arc;
use std::time::{Duration, Instant};

use afresh::store::{Revision, SessionStore, Swap};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Place;
use super::calls::{ENDS, SOON, WHILE, give_up_after, load, lock, swap, where_it_is};

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
