//! How a test waits without sleeping: for an event, for the end of a call, or until nothing can make progress.

use std::time::Duration;

use afresh::SessionEvent;
use afresh::session::SessionEvents;
use tokio::task::JoinHandle;

/// With the clock paused, this passes only when nothing else can happen, and then at once.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// The next event; `None` when the session was dropped.
///
/// # Panics
///
/// Panics if no more events can occur.
pub async fn next_event(events: &mut SessionEvents) -> Option<SessionEvent> {
    tokio::time::timeout(FOREVER, events.next()).await.expect("an event is expected")
}

/// The result of a call.
///
/// # Panics
///
/// Panics if the call can never end.
pub async fn done<T>(call: JoinHandle<T>) -> T {
    tokio::time::timeout(FOREVER, call).await.expect("the call ends").unwrap()
}

/// Aborts the call; returns when it has been dropped.
pub async fn drop_call<T>(call: JoinHandle<T>) {
    call.abort();
    assert!(call.await.is_err_and(|end| end.is_cancelled()), "the caller was still waiting");
}

/// Returns when no task can make progress without the test or the clock. Takes a millisecond of the paused clock.
pub async fn settled() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
