//! Defines [`FakeStore`], a store that tests can control.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use afresh::error::BoxError;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use serde_json::Value;
use tokio::sync::{Mutex as Turn, watch};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Load,
    Swap,
    Lock,
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operation returns an error and has no effect.
    Fail,
    /// The operation takes effect but returns an error.
    FailAfter,
    /// The operation never returns and has no effect.
    Hang,
    /// The operation takes effect but never returns.
    HangAfter,
}

/// An in-memory store that counts its operations and can delay them or make them fail. Clones share their state, so two
/// clients that use clones of one store behave like two processes. The store rejects writes with an outdated fence
/// (fencing token).
#[derive(Clone, Default)]
pub struct FakeStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    stored: Mutex<Stored>,
    history: Mutex<Vec<Value>>,
    lock: Arc<Turn<()>>,
    without_locks: AtomicBool,
    shared_cookies: AtomicBool,
    expired_leases: AtomicUsize,
    fence: AtomicU64,
    fences: Mutex<Vec<Option<u64>>>,
    operations: [OperationState; 3],
    news: watch::Sender<u64>,
}

#[derive(Default)]
struct OperationState {
    count: AtomicUsize,
    next: Mutex<VecDeque<Fault>>,
    always: Mutex<Option<Fault>>,
    held: watch::Sender<bool>,
}

impl FakeStore {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn count(&self, op: Operation) -> usize {
        self.state(op).count.load(Ordering::SeqCst)
    }

    /// Makes the operation fail with `fault` the next time it is called.
    pub fn next(&self, op: Operation, fault: Fault) {
        self.state(op).next.lock().unwrap().push_back(fault);
    }

    /// Makes all later calls to the operation fail with `fault`, or succeed if `fault` is `None`.
    pub fn always(&self, op: Operation, fault: Option<Fault>) {
        *self.state(op).always.lock().unwrap() = fault;
    }

    /// Blocks all later calls to the operation.
    pub fn hold(&self, op: Operation) {
        self.state(op).held.send_replace(true);
    }

    /// Releases all blocked calls to the operation, and stops blocking later calls.
    pub fn open(&self, op: Operation) {
        self.state(op).held.send_replace(false);
    }

    pub fn without_locks(&self) {
        self.0.without_locks.store(true, Ordering::SeqCst);
    }

    /// Makes all processes that use this store send the same cookies.
    pub fn share_cookies(&self) {
        self.0.shared_cookies.store(true, Ordering::SeqCst);
    }

    /// Makes the next `count` leases expire before their holders can use them.
    pub fn expire_leases(&self, count: usize) {
        self.0.expired_leases.store(count, Ordering::SeqCst);
    }

    /// Acquires the store's lock, as another process would.
    pub async fn locked(&self) -> StoreLock {
        self.lock().await.unwrap().unwrap()
    }

    /// Expires the current lease, as if another process had acquired the lock after the lease expired.
    pub fn expire_lock(&self) {
        self.0.fence.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the fence (fencing token) of every write since the previous call to this method, including failed
    /// writes.
    pub fn fences(&self) -> Vec<Option<u64>> {
        std::mem::take(&mut self.0.fences.lock().unwrap())
    }

    /// Notifies every caller that waits for a change, even though nothing has changed.
    pub fn report_false_changes(&self) {
        self.0.news.send_replace(u64::MAX);
    }

    /// Returns the stored record, or `null` if no record was ever stored.
    pub fn record(&self) -> Value {
        parse(&self.stored().record)
    }

    pub fn history(&self) -> Vec<Value> {
        self.0.history.lock().unwrap().clone()
    }

    pub fn access(&self) -> Option<String> {
        self.record()["session"]["access"].as_str().map(str::to_owned)
    }

    /// Writes bytes to the store, as another program might.
    pub fn put(&self, record: &[u8]) {
        let mut stored = self.stored();
        *stored = Stored { revision: stored.revision.next(), record: record.to_vec() };
    }

    /// Restores an earlier state of the store, as if a server had lost its last writes.
    pub fn restore(&self, revision: Revision, record: Vec<u8>) {
        *self.stored() = Stored { revision, record };
    }

    /// Returns the current revision.
    pub fn revision(&self) -> Revision {
        self.stored().revision
    }

    /// Returns the stored bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.stored().record.clone()
    }

    /// Sends the current revision to all callers that wait for changes.
    pub fn tell(&self) {
        let revision = self.stored().revision.number();
        self.0.news.send_replace(revision);
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.stored.lock().unwrap()
    }

    fn state(&self, op: Operation) -> &OperationState {
        &self.0.operations[op as usize]
    }

    fn replace(&self, swap: Swap) -> Option<Revision> {
        let mut stored = self.stored();
        let stale = swap.fence.is_some_and(|fence| fence < self.0.fence.load(Ordering::SeqCst));
        if stored.revision != swap.basis || stale {
            return None;
        }
        self.0.history.lock().unwrap().push(parse(&swap.record));
        *stored = Stored { revision: swap.basis.next(), record: swap.record };
        Some(stored.revision)
    }

    async fn pass(&self, op: Operation) -> Result<Option<Fault>, BoxError> {
        let state = self.state(op);
        state.count.fetch_add(1, Ordering::SeqCst);
        state.held.subscribe().wait_for(|held| !held).await.unwrap();
        let fault = state.next.lock().unwrap().pop_front().or(*state.always.lock().unwrap());
        match fault {
            Some(Fault::Fail) => Err("on purpose".into()),
            Some(Fault::Hang) => std::future::pending().await,
            other => Ok(other),
        }
    }
}

fn parse(record: &[u8]) -> Value {
    serde_json::from_slice(record).unwrap_or_default()
}

impl SessionStore for FakeStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        self.pass(Operation::Load).await?;
        Ok(self.stored().clone())
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        self.0.fences.lock().unwrap().push(swap.fence);
        let fault = self.pass(Operation::Swap).await?;
        let revision = self.replace(swap);
        match fault.filter(|_| revision.is_some()) {
            Some(Fault::FailAfter) => Err("on purpose, afterwards".into()),
            Some(Fault::HangAfter) => std::future::pending().await,
            _ => Ok(revision),
        }
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        self.pass(Operation::Lock).await?;
        if self.0.without_locks.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let guard = self.0.lock.clone().lock_owned().await;
        let fence = self.0.fence.fetch_add(1, Ordering::SeqCst) + 1;
        let lock = StoreLock::leased(fence, guard);
        let spent = |left: usize| left.checked_sub(1);
        match self.0.expired_leases.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spent) {
            Ok(_) => Ok(Some(lock.until(Instant::now()))),
            Err(_) => Ok(Some(lock)),
        }
    }

    async fn changed(&self, seen: Revision) {
        let mut news = self.0.news.subscribe();
        if news.wait_for(|newest| *newest > seen.number()).await.is_err() {
            std::future::pending().await
        }
    }
    fn shares_cookies(&self) -> bool {
        self.0.shared_cookies.load(Ordering::SeqCst)
    }
}
