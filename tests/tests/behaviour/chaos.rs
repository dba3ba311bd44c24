//! Runs random scenarios in which several clients share sessions on a server that ends a session if a refresh token is
//! used twice. Delays, refusals, broken connections, dropped calls, logins and logouts occur at random times on a
//! simulated clock. The seed alone determines what happens in a run.
//!
//! A failed run prints its seed. `AFRESH_CHAOS_SEED=7 cargo test -p afresh-tests --test behaviour chaos` repeats the
//! run with seed 7, and `AFRESH_CHAOS_SEEDS=100000` sets the number of runs.

mod api;
mod checks;
mod faults;
mod run;
mod timeline;

use std::env;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use tokio::runtime::Builder;

use self::faults::FaultLevel;
use self::run::Run;

const RUNS: u64 = 1000;

fn from_environment(name: &str) -> Option<u64> {
    Some(env::var(name).ok()?.parse().expect("a number"))
}

fn seeds() -> Range<u64> {
    match from_environment("AFRESH_CHAOS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("AFRESH_CHAOS_SEEDS").unwrap_or(RUNS),
    }
}

/// The totals over all runs, which a test compares with minimum values.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: usize,
    answered: usize,
    replayed: usize,
    refreshes: usize,
    granted: usize,
    dropped: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, run: Self) {
        self.calls += run.calls;
        self.answered += run.answered;
        self.replayed += run.replayed;
        self.refreshes += run.refreshes;
        self.granted += run.granted;
        self.dropped += run.dropped;
    }
}

fn run_once(seed: u64, level: FaultLevel) -> Counts {
    // The client draws its random numbers from `fastrand`, so a fixed seed makes a run repeatable.
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let run = catch_unwind(AssertUnwindSafe(|| runtime.block_on(Run::new(seed, level).run())));
    run.unwrap_or_else(|panic| {
        eprintln!("the run of {level:?} with AFRESH_CHAOS_SEED={seed} failed");
        resume_unwind(panic)
    })
}

fn run_all(level: FaultLevel) -> Counts {
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let mut counts = Counts::default();
                    for seed in seeds().filter(|seed| seed % threads == thread) {
                        counts += run_once(seed, level);
                    }
                    counts
                })
            })
            .collect();
        let mut counts = Counts::default();
        for thread in handles {
            counts += thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        counts
    })
}

/// G2, I2, I3, I4, I5, I7, I14, I16: in a random run, no refresh token is reused, no call is sent more than twice, and
/// no call is sent as two different users. Every failed call in a random run has a known reason.
#[test]
fn no_random_run_reuses_a_token_or_fails_a_call_without_a_reason() {
    let counts = run_all(FaultLevel::Errors);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        let Counts { calls, answered, replayed, refreshes, granted, dropped } = counts;
        assert!(answered > calls / 4 && replayed > calls / 50 && dropped > calls / 50, "{counts:?}");
        assert!(granted > refreshes / 4 && granted < refreshes, "{counts:?}");
    }
}

/// B1, B3, J1, J3: if the only problems are slow responses and expired tokens, every call succeeds unless its session
/// ends.
#[test]
fn without_faults_every_call_of_a_lasting_session_is_answered() {
    let counts = run_all(FaultLevel::DelaysOnly);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        // If a logout request overtakes an earlier refresh request, the server refuses the refresh.
        assert!(counts.refreshes - counts.granted <= counts.refreshes / 1000, "{counts:?}");
        assert!(counts.answered > counts.calls / 2, "{counts:?}");
    }
}

/// G3, D1: even if refresh responses are lost, the client sends a used refresh token again only during the server's
/// grace period.
#[test]
fn lost_answers_of_a_server_with_a_grace_period_reuse_no_token() {
    let counts = run_all(FaultLevel::LostAnswers);
    if from_environment("AFRESH_CHAOS_SEED").is_none() {
        assert!(counts.granted > counts.refreshes / 4, "{counts:?}");
    }
}
