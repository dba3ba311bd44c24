//! Deadlines that do not count the time in which the process was suspended.

use std::future::Future;
use std::time::Duration;

use crate::platform::time::{Instant, timeout, timeout_at};

/// How late a timer may fire on a busy machine. A later timer means that the machine slept.
const LATE: Duration = Duration::from_secs(1);

/// The output of `future`, or `None` if it takes longer than `deadline`.
///
/// When a suspended process wakes up, its timers have expired and the data that arrived meanwhile is unread.
/// So `future` gets the whole time once more. Otherwise a response that has arrived would be lost, and a
/// rotated refresh token with it.
///
/// The caller pins the future, so that it is not in memory twice.
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
