//! Functions that wait for an event, for the end of a call, or until no task can make progress, without sleeping in
//! real time.

use std::time::Duration;

use afresh::SessionEvent;
use afresh::session::SessionEvents;
use tokio::task::JoinHandle;

/// A timeout that elapses as soon as no task can make progress, if Tokio's clock is paused.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// Returns the next event, or `None` if the session was dropped.
///
/// # Panics
///
/// Panics if no further event can occur.
pub async fn next_event(events: &mut SessionEvents) -> Option<SessionEvent> {
    tokio::time::timeout(FOREVER, events.next()).await.expect("an event is expected")
}

/// Waits for the call to complete and returns its result.
///
/// # Panics
///
/// Panics if the call can never complete.
pub async fn done<T>(call: JoinHandle<T>) -> T {
    tokio::time::timeout(FOREVER, call).await.expect("the call ends").unwrap()
}

/// Aborts the call and waits until it is dropped.
pub async fn drop_call<T>(call: JoinHandle<T>) {
    call.abort();
    assert!(call.await.is_err_and(|end| end.is_cancelled()), "the caller was still waiting");
}

/// Waits until every task is waiting for the test or for the clock. This function advances Tokio's paused clock by one
/// millisecond.
pub async fn settled() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
