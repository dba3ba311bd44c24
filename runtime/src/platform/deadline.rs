//! Implements deadlines that exclude any time that the process spent suspended.

use std::future::Future;
use std::time::Duration;

use crate::platform::time::{Instant, timeout, timeout_at};

/// The longest timer delay that is expected on a busy machine. A timer delay above this limit means that the machine
/// was asleep.
const LATE: Duration = Duration::from_secs(1);

/// Returns the output of `future`, or `None` if the future takes longer than `deadline`.
///
/// When a suspended process resumes, its timers have expired, but the process has not yet read the data that arrived
/// during the suspension. After a suspension, the full time limit starts again. If it did not start again, a
/// response that arrived during the suspension would be discarded, together with any refresh token that it contains.
///
/// The caller pins the future, so memory contains only one copy of the future.
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
