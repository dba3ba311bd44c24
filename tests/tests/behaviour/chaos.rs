//! Randomised runs: clients of several sessions against a server that rotates refresh tokens and revokes the family
//! on reuse. Delays, refusals, broken connections, dropped callers, logins and logouts come at random moments of a
//! paused clock. The seed alone decides each run.
//!
//! A failed run prints its seed. `AFRESH_CHAOS_SEED=7 cargo test -p afresh-tests --test behaviour chaos` repeats it,
//! and `AFRESH_CHAOS_SEEDS=100000` runs more.

mod day;
mod judgement;
mod timeline;
mod town;
mod weather;

use std::env;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use tokio::runtime::Builder;

use self::day::Day;
use self::weather::Climate;

/// How many runs an ordinary test makes.
const DAYS: u64 = 1000;

fn from_environment(name: &str) -> Option<u64> {
    Some(env::var(name).ok()?.parse().expect("a number"))
}

fn seeds() -> Range<u64> {
    match from_environment("AFRESH_CHAOS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("AFRESH_CHAOS_SEEDS").unwrap_or(DAYS),
    }
}

/// What happened in all runs, to detect runs in which nothing happens.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    calls: usize,
    answered: usize,
    replayed: usize,
    posts: usize,
    granted: usize,
    dropped: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, day: Self) {
        self.calls += day.calls;
        self.answered += day.answered;
        self.replayed += day.replayed;
        self.posts += day.posts;
        self.granted += day.granted;
        self.dropped += day.dropped;
    }
}

fn live(seed: u64, climate: Climate) -> Tally {
    // The random numbers of the runtime and of the run are the same each time.
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let day = catch_unwind(AssertUnwindSafe(|| runtime.block_on(Day::new(seed, climate).live())));
    day.unwrap_or_else(|panic| {
        eprintln!("the day of {climate:?} with AFRESH_CHAOS_SEED={seed} went wrong");
        resume_unwind(panic)
    })
}

/// Makes all runs, on as many threads as the machine has. Each run stays on one thread.
fn live_all(climate: Climate) -> Tally {
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    thread::scope(|scope| {
        let lives: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    for seed in seeds().filter(|seed| seed % threads == thread) {
                        tally += live(seed, climate);
                    }
                    tally
                })
            })
            .collect();
        let mut tally = Tally::default();
        for life in lives {
            tally += life.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        tally
    })
}

/// G2, I2, I3, I4, I5, I7, I14, I16: no random run presents a spent token, sends a call under two identities or more
/// than twice, or fails a call without a reason.
#[test]
fn no_random_run_reuses_a_token_or_fails_a_call_without_a_reason() {
    let tally = live_all(Climate::Rough);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        let Tally { calls, answered, replayed, posts, granted, dropped } = tally;
        assert!(answered > calls / 4 && replayed > calls / 50 && dropped > calls / 50, "{tally:?}");
        assert!(granted > posts / 4 && granted < posts, "{tally:?}");
    }
}

/// B1, B3, J1, J3: where the server is only slow and tokens only expire, every call is answered unless its session
/// ends.
#[test]
fn without_faults_every_call_of_a_lasting_session_is_answered() {
    let tally = live_all(Climate::Fair);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        // A logout can overtake a refresh, which is then refused.
        assert!(tally.posts - tally.granted <= tally.posts / 1000, "{tally:?}");
        assert!(tally.answered > tally.calls / 2, "{tally:?}");
    }
}

/// G3, D1: the same where answers of the refresh endpoint are lost and the server has a grace period.
#[test]
fn lost_answers_of_a_server_with_a_grace_period_reuse_no_token() {
    let tally = live_all(Climate::Lossy);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        assert!(tally.granted > tally.posts / 4, "{tally:?}");
    }
}
