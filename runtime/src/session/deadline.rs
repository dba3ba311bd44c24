//! How long the session waits for what it has begun: time in which this process could not run is not counted.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

/// So much too late a timer fires where the machine is busy, and not because it slept.
const LATE: Duration = Duration::from_secs(1);

/// What `future` comes to; `None` if that takes longer than `deadline`.
///
/// A process that was suspended finds its timers run out when it wakes, and what came for it meanwhile still unread:
/// it gets the whole time once more. An answer that it holds already would be lost otherwise, and with it a rotated token.
pub(crate) async fn within<T>(deadline: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let due = Instant::now() + deadline;
    if let Ok(output) = timeout_at(due, &mut future).await {
        return Some(output);
    }
    if due.elapsed() < LATE {
        return None;
    }
    timeout(deadline, future).await.ok()
}
