//! How long the session waits for what it has begun: time in which this process could not run is not counted.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

/// So much too late a timer fires where the machine is busy, and not because it slept.
const LATE: Duration = Duration::from_secs(1);

/// What `future` comes to; `None` if that takes longer than `deadline`.
///
/// A process that was suspended finds its timers run out when it wakes, and what came for it meanwhile still unread:
/// it gets the whole time once more. An answer that it holds already would be lost otherwise, and with it a rotated token.
///
/// The future is pinned by the caller, so that it is not in memory twice.
pub(crate) fn within<T>(
    deadline: Duration,
    mut future: impl Future<Output = T> + Unpin,
) -> impl Future<Output = Option<T>> {
    let due = Instant::now() + deadline;
    async move {
        if let Ok(output) = timeout_at(due, &mut future).await {
            return Some(output);
        }
        if due.elapsed() < LATE {
            return None;
        }
        timeout(deadline, &mut future).await.ok()
    }
}
