//! How a test waits without a sleep of its own: for an event, for a caller's end, for quiet.

use std::time::Duration;

use afresh::SessionEvent;
use afresh::session::SessionEvents;
use tokio::task::JoinHandle;

/// With the clock paused this passes only when nothing else can happen, and then at once.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// The next event; `None` when the session is gone.
///
/// # Panics
///
/// If none can come any more.
pub async fn told(events: &mut SessionEvents) -> Option<SessionEvent> {
    tokio::time::timeout(FOREVER, events.next()).await.expect("an event is still to come")
}

/// What the caller got.
///
/// # Panics
///
/// If it waits for something that cannot come any more.
pub async fn done<T>(call: JoinHandle<T>) -> T {
    tokio::time::timeout(FOREVER, call).await.expect("the call ends").unwrap()
}

/// The caller goes away; returns when its call is dropped.
pub async fn leave<T>(call: JoinHandle<T>) {
    call.abort();
    assert!(call.await.is_err_and(|end| end.is_cancelled()), "the caller was still waiting");
}

/// Returns when nothing can go on any more without the test or the clock. Costs a millisecond of the paused clock.
pub async fn quiet() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
