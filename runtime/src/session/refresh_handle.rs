//! Defines [`RefreshHandle`], which callers use to wait for a refresh.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::cookies::SetCookies;
use super::credential::Credential;
use crate::error::Error;
use crate::platform::IN_BROWSER;
use crate::platform::deadline::within;
use crate::platform::exchange_lock::{ExchangeGuard, ExchangeLock};
use crate::platform::task::Cancel;
use crate::platform::time::{Instant, RealInstant, real_now};

/// The time limit for a refresh of a session without a store, and for a logout that waits for a refresh. Each refresh
/// attempt also has a deadline, which is shorter than `LONGEST_WAIT`.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(11);

/// A handle to one refresh. Dropping a handle does not affect the refresh or other callers.
#[derive(Clone)]
pub(super) struct RefreshHandle(Arc<Shared>);

struct Shared {
    failure: OnceLock<RefreshFailure>,
    done: Notify,
    started: Instant,
    /// The time at which the refresh started, according to the real clock. The watchdog thread, which does not run on a
    /// Tokio runtime, uses this start time.
    started_by_wall_clock: RealInstant,
    limit: Duration,
    /// The time limit of the refresh, in milliseconds since the refresh started.
    due: AtomicU64,
    task: Cancel,
    /// Whether the refresh token might have been sent.
    sent: AtomicBool,
    discarded: Mutex<Discarded>,
    handed_over: Notify,
}

/// The credential and cookies from a refresh that completed too late to be published.
pub(super) type Unpublished = (Arc<Credential>, Option<SetCookies>);

/// Whether a logout needs the result of the refresh.
#[derive(Default)]
enum Discarded {
    #[default]
    Unclaimed,
    Claimed,
    HandedOver(Option<Unpublished>),
}

/// The reason why a completed refresh failed, if it failed. `None` means that the refresh succeeded or that its result
/// was discarded.
pub(super) type RefreshFailure = Option<Error>;

impl RefreshHandle {
    /// Creates a handle. A refresh that takes longer than `limit` can be abandoned.
    pub(super) fn new(limit: Duration) -> Self {
        Self(Arc::new(Shared {
            failure: OnceLock::new(),
            done: Notify::new(),
            started: Instant::now(),
            started_by_wall_clock: real_now(),
            limit,
            due: AtomicU64::new(millis(limit)),
            task: Cancel::default(),
            sent: AtomicBool::new(false),
            discarded: Mutex::default(),
            handed_over: Notify::new(),
        }))
    }

    /// Records that the refresh token is about to be sent.
    pub(super) fn set_sent(&self) {
        self.0.sent.store(true, Ordering::SeqCst);
    }

    /// Whether the refresh token might have been sent.
    pub(super) fn is_sent(&self) -> bool {
        self.0.sent.load(Ordering::SeqCst)
    }

    pub(super) fn claim(&self) {
        *self.lock() = Discarded::Claimed;
    }

    /// Passes the unpublished result of a refresh to the logout that needs the result. If no logout needs the result,
    /// the function returns the result.
    pub(super) fn hand_over(&self, result: Option<Unpublished>) -> Option<Unpublished> {
        let mut discarded = self.lock();
        if !matches!(*discarded, Discarded::Claimed) {
            return result;
        }
        *discarded = Discarded::HandedOver(result);
        drop(discarded);
        self.0.handed_over.notify_waiters();
        None
    }

    /// Waits for the refresh result that a logout needs, and returns the result. Returns `None` if the refresh does not
    /// return a credential in time.
    pub(super) async fn discarded(&self) -> Option<Unpublished> {
        let mut handed_over = pin!(self.0.handed_over.notified());
        handed_over.as_mut().enable();
        if matches!(*self.lock(), Discarded::Claimed) {
            within(LONGEST_WAIT, handed_over).await?;
        }
        match &mut *self.lock() {
            Discarded::HandedOver(result) => result.take(),
            Discarded::Unclaimed | Discarded::Claimed => None,
        }
    }

    /// Records that the refresh result is no longer needed for a logout. Returns the new credential if the refresh has
    /// already completed.
    pub(super) fn release(&self) -> Option<Arc<Credential>> {
        match std::mem::take(&mut *self.lock()) {
            Discarded::HandedOver(result) => result.map(|(credential, _)| credential),
            Discarded::Unclaimed | Discarded::Claimed => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Discarded> {
        self.0.discarded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a future that resolves when the refresh is complete. Call `enable` on the future before you read
    /// [`failure`](Self::failure).
    pub(super) fn completed(&self) -> Notified<'_> {
        self.0.done.notified()
    }

    /// Returns `None` while the refresh is running. Returns the failure, if there is one, once the refresh is complete.
    pub(super) fn failure(&self) -> Option<&RefreshFailure> {
        self.0.failure.get()
    }

    pub(super) fn time_left(&self) -> Duration {
        self.due().saturating_sub(self.0.started.elapsed())
    }

    /// Returns the refresh's remaining time according to the real clock, because tests can pause a runtime's clock.
    pub(super) fn time_left_by_wall_clock(&self) -> Duration {
        self.due().saturating_sub(self.0.started_by_wall_clock.elapsed())
    }

    fn due(&self) -> Duration {
        Duration::from_millis(self.0.due.load(Ordering::Relaxed))
    }

    /// Records that the refresh is about to be polled. If the time limit has already passed, the process must have been
    /// suspended, so the time limit starts over, as in [`within`](crate::platform::deadline::within).
    pub(super) fn polled(&self) {
        if self.time_left().is_zero() {
            self.restart();
        }
    }

    /// Waits until no login or logout is in progress, because either can replace the browser's cookies. In a browser,
    /// the time spent waiting for a login or a logout does not count toward the refresh's time limit.
    pub(super) async fn exchange(&self, lock: &ExchangeLock) -> ExchangeGuard {
        let guard = lock.lock().await;
        if IN_BROWSER {
            self.restart();
        }
        guard
    }

    fn restart(&self) {
        self.0.due.store(millis(self.0.started.elapsed() + self.0.limit), Ordering::Relaxed);
    }

    pub(super) fn task(&self) -> &Cancel {
        &self.0.task
    }

    /// Completes the refresh and wakes the waiting callers, unless the refresh is already complete. Returns the failure
    /// that the waiting callers receive, if any.
    pub(super) fn complete(&self, failure: RefreshFailure) -> RefreshFailure {
        if self.0.failure.set(failure).is_ok() {
            self.0.done.notify_waiters();
        }
        self.0.failure.get().cloned().flatten()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Wakes the callers that are waiting for a refresh whose result is no longer needed.
pub(super) fn complete_detached(detached: Option<RefreshHandle>) {
    if let Some(handle) = detached {
        handle.complete(None);
    }
}

impl PartialEq for RefreshHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for RefreshHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshHandle").finish_non_exhaustive()
    }
}
