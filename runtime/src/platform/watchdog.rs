//! Runs checks on a separate thread, even if none of the program's runtimes is polled. One thread runs all checks in
//! the process and exits when no checks remain.
#![expect(clippy::disallowed_methods, reason = "a browser runs no check")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest check delay that is expected on a busy machine. If a check starts more than `LATE` after its due time,
/// the watchdog assumes that the process was suspended.
const LATE: Duration = Duration::from_secs(1);
/// The time for which checks are postponed after a suspended process resumes, so that the program's runtimes can run
/// first.
const AFTER_SUSPENSION: Duration = Duration::from_secs(2);

/// A function that the watchdog calls. The function returns the time until its next call, or `None` if it must not be
/// called again.
type Check = Box<dyn FnMut() -> Option<Duration> + Send>;

static CHECKS: Mutex<Checks> = Mutex::new(Checks { planned: Vec::new(), sleeps_until: None });
static EARLIER: Condvar = Condvar::new();

struct Checks {
    planned: Vec<(Instant, Check)>,
    /// The time at which the watchdog thread wakes up, or `None` if there is no watchdog thread.
    sleeps_until: Option<Instant>,
}

/// Runs `check` after `wait` on a separate thread, which a Tokio runtime cannot block. `check` must return quickly.
pub(crate) fn watch(wait: Duration, check: impl FnMut() -> Option<Duration> + Send + 'static) {
    // In a browser, the only thread runs the event loop, so there is no thread for a watchdog.
    if cfg!(target_family = "wasm") {
        return;
    }
    let Some(at) = Instant::now().checked_add(wait) else { return };
    let mut checks = checks();
    checks.planned.push((at, Box::new(check)));
    match checks.sleeps_until {
        Some(until) if until <= at => {}
        Some(_) => EARLIER.notify_one(),
        None => {
            // If the thread cannot be started, no checks run until a later call to `watch` starts the thread.
            let started = thread::Builder::new().name("afresh-watchdog".into()).spawn(run);
            checks.sleeps_until = started.is_ok().then_some(at);
        }
    }
}

fn checks() -> MutexGuard<'static, Checks> {
    CHECKS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run() {
    let mut checks = checks();
    loop {
        let Some(next) = checks.planned.iter().map(|(at, _)| *at).min() else {
            checks.sleeps_until = None;
            return;
        };
        let now = Instant::now();
        checks.sleeps_until = Some(next);
        if next > now {
            let slept = EARLIER.wait_timeout(checks, next - now);
            checks = slept.unwrap_or_else(PoisonError::into_inner).0;
        } else if now - next > LATE {
            checks.postpone(now + AFTER_SUSPENSION);
        } else {
            let due = checks.take_due(now);
            drop(checks);
            let planned: Vec<_> = due.into_iter().filter_map(again).collect();
            checks = self::checks();
            checks.planned.extend(planned);
        }
    }
}

/// Runs a check without locking `CHECKS`. Returns the check and the time of its next run, or `None` if the check is no
/// longer needed.
fn again(mut check: Check) -> Option<(Instant, Check)> {
    // A check can run user code, so a panic is caught and ends only that check.
    let wait = catch_unwind(AssertUnwindSafe(&mut check)).ok().flatten()?;
    Some((Instant::now().checked_add(wait)?, check))
}

impl Checks {
    fn postpone(&mut self, earliest: Instant) {
        for (at, _) in &mut self.planned {
            *at = (*at).max(earliest);
        }
    }

    fn take_due(&mut self, now: Instant) -> Vec<Check> {
        let (due, later) = std::mem::take(&mut self.planned).into_iter().partition(|(at, _)| *at <= now);
        self.planned = later;
        Vec::into_iter(due).map(|(_, check)| check).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn a_check_runs_until_it_says_that_it_is_over() {
        let (ran, runs) = channel();
        let mut left = 3;
        watch(SOON, move || {
            ran.send(()).unwrap();
            left -= 1;
            (left > 0).then_some(SOON)
        });
        for _ in 0..3 {
            runs.recv_timeout(LIMIT).unwrap();
        }
        // Dropping the check also drops the sender that the check owns, which closes the channel.
        assert!(runs.recv_timeout(LIMIT).is_err());
    }

    #[test]
    fn an_earlier_check_does_not_wait_for_a_later_one() {
        let (ran, runs) = channel();
        let later = ran.clone();
        watch(Duration::from_secs(3600), move || {
            let _ = later.send("later");
            None
        });
        watch(SOON, move || {
            ran.send("earlier").unwrap();
            None
        });
        assert_eq!(runs.recv_timeout(LIMIT).unwrap(), "earlier");
    }

    #[test]
    fn a_check_that_panics_ends_no_other() {
        let (ran, runs) = channel();
        watch(SOON, || panic!("on purpose"));
        watch(SOON * 2, move || {
            ran.send(()).unwrap();
            None
        });
        runs.recv_timeout(LIMIT).unwrap();
    }

    #[test]
    fn checks_wait_after_a_suspension() {
        let now = Instant::now();
        let mut checks = Checks { planned: vec![(now, Box::new(|| None))], sleeps_until: None };
        checks.postpone(now + AFTER_SUSPENSION);
        assert!(checks.take_due(now + LATE).is_empty());
        assert_eq!(checks.take_due(now + AFTER_SUSPENSION).len(), 1);
    }
}
