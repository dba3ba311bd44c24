//! Measures the cost that a session adds to a call when several threads share a client.

use std::time::Duration;

use crate::client::Client;
use crate::section::{Section, median, number};
use crate::threads::{self, Round};

const CALLS_OF_A_THREAD: usize = 400;
const ROUNDS: usize = 100;
/// The minimum number of rounds.
const ENOUGH: usize = 700;
const MOST_PROCESSES: usize = 25;
/// The minimum time, in nanoseconds, that a cache line needs to move between two physical cores. The two cores of a
/// virtual machine can temporarily be two threads of one physical core, and sharing between these threads costs almost
/// nothing. A transfer takes about 8 ns within one core, at least 25 ns within a die, and at least 100 ns between dies.
const APART: f64 = 20.0;
/// The pause before the next process, in case the two threads ran on one physical core.
const PATIENCE: Duration = Duration::from_secs(10);
/// A slice is undisturbed if the threads used at least this share of the available CPU time.
const ALONE: f64 = 0.9;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a session on several threads",
        "All threads share one client over a transport that responds immediately. The table shows nanoseconds of CPU time for a\n\
         call. The threads make calls in slices of one millisecond, alternately with and without a session. All threads of a slice\n\
         make the same calls at the same time. The values are medians of the undisturbed slices. The last column is the median\n\
         difference between consecutive slices. The second target compares the extra time of a session with the time in which a\n\
         cache line moves from one core to the other. A counter that all threads write would move a cache line at least once.",
    );
    let (rounds, apart) = timed();
    let found: [[f64; 3]; 4] = std::array::from_fn(|kind| undisturbed(&rounds, kind));
    let rows = threads::THREADS.iter().zip(&found).map(|(threads, found)| {
        std::iter::once(threads.to_string()).chain(found.map(|value| number(value.round()))).collect()
    });
    section.table(
        &["threads", "no session, the token as a default header", "a live session", "difference"],
        &rows.collect::<Vec<_>>(),
    );
    let transfer = median(rounds.iter().map(|round| round.transfer).collect());
    section.text(&format!(
        "In the same rounds, a cache line took {} ns to move from one core to the other.",
        number(transfer.round())
    ));
    let [[.., alone], .., [.., many]] = found;
    let more = many - alone;
    section.at_most(
        "extra nanoseconds of a session on 8 threads, compared with 1 thread",
        more.round(),
        100.0,
    );
    let target = "extra time of a session on 8 threads, relative to one cache line transfer";
    if apart {
        section.at_most(target, more / transfer, 1.0);
    } else {
        section.target(
            target,
            "at most 1",
            "unknown: the two cores were threads of one physical core",
            false,
        );
    }
    section
}

/// Returns the rounds from several processes, because each process has its own memory layout. Also returns whether the
/// machine had two physical cores.
fn timed() -> (Vec<Round>, bool) {
    let [mut apart, mut close] = [Vec::new(), Vec::new()];
    for _ in 0..MOST_PROCESSES {
        let rounds = Client::this().threads(ROUNDS, CALLS_OF_A_THREAD);
        let (far, near): (Vec<_>, Vec<_>) = rounds.into_iter().partition(|round| round.transfer >= APART);
        if far.len() < near.len() {
            std::thread::sleep(PATIENCE);
        }
        apart.extend(far);
        close.extend(near);
        if apart.len() >= ENOUGH {
            return (apart, true);
        }
    }
    (close, false)
}

/// Returns three medians over the undisturbed slices with the same number of threads: the time without a session, the
/// time with a session, and the difference.
fn undisturbed(rounds: &[Round], kind: usize) -> [f64; 3] {
    let pairs = rounds.iter().map(|round| round.slices[kind]);
    let pairs = pairs.filter(|pair| pair.iter().all(|slice| slice.share >= ALONE));
    let pairs: Vec<[f64; 2]> = pairs.map(|pair| pair.map(|slice| slice.nanoseconds)).collect();
    let all = |of: fn(&[f64; 2]) -> f64| median(pairs.iter().map(of).collect());
    [all(|[header, _]| *header), all(|[_, live]| *live), all(|[header, live]| live - header)]
}
