//! Tests that each store check detects the defect that it is meant to detect.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use afresh::MemoryStore;
use afresh::error::BoxError;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use afresh_tests::store_conformance as check;
use afresh_tests::store_conformance::Place;
use futures_util::FutureExt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    /// The store reads and writes in two separate steps during a `swap`.
    SwapInSteps,
    /// The store accepts a swap regardless of the swap's expected revision.
    AnyBasis,
    /// The store replaces bytes that are not valid UTF-8.
    TextOnly,
    /// The store never releases its lock.
    KeepsLocks,
    /// The store grants the lock to several processes at the same time.
    SharesTheLock,
    /// If a caller stops waiting for the lock, the store still acquires the lock for that caller later.
    DroppedWaitLocks,
    /// The fences (fencing tokens) of the store's locks do not increase.
    FencesStay,
    /// The store accepts writes with outdated fences (fencing tokens).
    OldFences,
    /// If an expired lock is dropped, the store releases the lock of the next owner.
    ReleasesTheNextLock,
    /// The store overwrites data that is not a session.
    Overwrites,
    /// The store reports only the first change.
    ReportsOneChange,
    /// The store writes a record in two halves.
    Halves,
    /// When the store resumes after a suspension, it grants the lock to a client that is no longer waiting.
    GrantsToTheGone,
}

/// An in-memory store with leases and one defect.
#[derive(Clone)]
struct Faulty {
    defect: Defect,
    memory: MemoryStore,
    fence: Arc<AtomicU64>,
    /// The fence (fencing token) of the current lock holder, or 0 if no process holds the lock.
    holder: Arc<AtomicU64>,
    is_stalled: Arc<AtomicBool>,
}

impl Faulty {
    fn of(defect: Defect) -> Self {
        Self {
            defect,
            memory: MemoryStore::new(),
            fence: <_>::default(),
            holder: <_>::default(),
            is_stalled: <_>::default(),
        }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn try_lock(&self) -> Option<StoreLock> {
        let free = self.is(Defect::SharesTheLock) || self.holder.load(Ordering::SeqCst) == 0;
        if !free {
            return None;
        }
        let by = u64::from(!self.is(Defect::FencesStay) || self.fence.load(Ordering::SeqCst) == 0);
        let fence = self.fence.fetch_add(by, Ordering::SeqCst) + by;
        self.holder.store(fence, Ordering::SeqCst);
        Some(StoreLock::leased(fence, Release(self.clone(), fence)))
    }
}

struct Release(Faulty, u64);

impl Drop for Release {
    fn drop(&mut self) {
        let holder = if self.0.is(Defect::ReleasesTheNextLock) {
            self.0.holder.load(Ordering::SeqCst)
        } else {
            self.1
        };
        if !self.0.is(Defect::KeepsLocks) {
            let _ = self.0.holder.compare_exchange(holder, 0, Ordering::SeqCst, Ordering::SeqCst);
        }
    }
}

const FOREIGN: &[u8] = b"foreign data";

impl SessionStore for Faulty {
    async fn load(&self) -> Result<Stored, BoxError> {
        let mut stored = self.memory.load().await?;
        if stored.record == FOREIGN {
            return Err("foreign data".into());
        }
        if self.is(Defect::TextOnly) {
            stored.record = String::from_utf8_lossy(&stored.record).into_owned().into_bytes();
        }
        Ok(stored)
    }

    async fn swap(&self, mut swap: Swap) -> Result<Option<Revision>, BoxError> {
        let now = self.memory.load().await?;
        if now.record == FOREIGN && !self.is(Defect::Overwrites) {
            return Err("foreign data".into());
        }
        let old = swap.fence.is_some_and(|fence| fence < self.fence.load(Ordering::SeqCst));
        if old && !self.is(Defect::OldFences) {
            return Ok(None);
        }
        if self.is(Defect::SwapInSteps) && now.revision == swap.basis {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            let again = self.memory.load().await?.revision;
            self.memory.swap(Swap { basis: again, ..swap }).await?;
            return Ok(Some(now.revision.next()));
        }
        if self.is(Defect::AnyBasis) {
            swap.basis = now.revision;
        }
        if self.is(Defect::Halves) {
            let half = swap.record[..swap.record.len() / 2].to_vec();
            let Some(basis) = self.memory.swap(Swap { record: half, ..swap.clone() }).await? else {
                return Ok(None);
            };
            tokio::time::sleep(Duration::from_millis(5)).await;
            swap.basis = basis;
        }
        self.memory.swap(swap).await
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        if self.is_stalled.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        if self.is(Defect::DroppedWaitLocks) {
            let store = self.clone();
            let waiting = tokio::spawn(async move {
                loop {
                    if let Some(lock) = store.try_lock() {
                        break std::mem::ManuallyDrop::new(lock);
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
            return Ok(Some(std::mem::ManuallyDrop::into_inner(waiting.await?)));
        }
        loop {
            if let Some(lock) = self.try_lock() {
                return Ok(Some(lock));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn changed(&self, seen: Revision) {
        loop {
            let now = self.memory.load().await.unwrap().revision;
            let deaf = self.is(Defect::ReportsOneChange) && seen != Revision::default();
            if now != seen && !deaf {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Place for Faulty {
    type Store = Self;

    fn open(&self) -> Self {
        self.clone()
    }

    async fn spoil(&self) -> bool {
        let foreign = Swap { basis: Revision::default(), record: FOREIGN.to_vec(), fence: None };
        self.memory.swap(foreign).await.unwrap().is_some()
    }

    async fn is_spoilt(&self) -> bool {
        self.memory.load().await.unwrap().record == FOREIGN
    }

    async fn stall(&self) -> bool {
        self.is_stalled.store(true, Ordering::SeqCst);
        true
    }

    async fn resume(&self) {
        self.is_stalled.store(false, Ordering::SeqCst);
        if self.is(Defect::GrantsToTheGone) {
            std::mem::forget(self.try_lock());
        }
    }

    async fn outlast_the_lock(&self) -> bool {
        self.holder.store(0, Ordering::SeqCst);
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_defects_passes() {
    check::all(|| Faulty::of(Defect::None)).await;
}

/// Generates one test per check. A test fails if its check does not detect one of the listed defects, and the message
/// names that defect.
macro_rules! notices {
    ($($test:ident: $check:ident, $($defect:ident),+;)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            for defect in [$(Defect::$defect),+] {
                let place = Faulty::of(defect);
                let passed = AssertUnwindSafe(check::$check(&place)).catch_unwind().await;
                assert!(passed.is_err(), "{defect:?} was not noticed");
            }
        }
    )+};
}

notices! {
    a_text_only_store_is_noticed: any_bytes_are_returned_unchanged, TextOnly;
    a_store_that_accepts_any_basis_is_noticed: an_old_basis_is_refused, AnyBasis;
    a_swap_in_two_steps_is_noticed: one_swap_of_each_revision_wins, SwapInSteps, AnyBasis;
    a_record_stored_in_halves_is_noticed: a_dropped_swap_is_complete_or_absent, Halves;
    a_shared_or_kept_lock_is_noticed: one_holds_the_lock_until_it_is_dropped, SharesTheLock, KeepsLocks;
    two_holders_of_the_lock_are_noticed: two_never_hold_the_lock, SharesTheLock;
    a_lock_taken_by_a_dropped_wait_is_noticed: a_dropped_wait_leaves_nothing_behind, DroppedWaitLocks;
    a_lock_granted_to_a_client_that_has_gone_is_noticed: an_abandoned_request_for_the_lock_is_harmless, GrantsToTheGone;
    fences_that_do_not_grow_are_noticed: fences_grow, FencesStay;
    writes_under_an_expired_lock_are_noticed: an_expired_lock_cannot_store, OldFences, ReleasesTheNextLock, FencesStay;
    unreported_changes_are_noticed: every_change_is_reported_or_none, ReportsOneChange;
    an_overwrite_of_foreign_data_is_noticed: foreign_content_is_an_error_and_stays, Overwrites;
}
