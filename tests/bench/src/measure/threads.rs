//! Measures the cost that a session adds to a call when several threads share a client.

use std::time::Duration;

use crate::client::Client;
use crate::section::{Section, median, number};
use crate::threads::{self, Round};

const CALLS_OF_A_THREAD: usize = 400;
const ROUNDS: usize = 100;
/// The minimum number of rounds in which the threads ran on two physical cores.
const ENOUGH: usize = 700;
const MOST_PROCESSES: usize = 25;
/// The minimum time, in nanoseconds, that a cache line needs to move between two physical cores. The two cores of a
/// virtual machine can temporarily be two threads of one physical core, and sharing a cache line between these two
/// threads costs almost nothing. The transfer of a cache line takes about 8 ns within one core, at least 25 ns within a
/// die, and at least 100 ns between dies.
const APART: f64 = 20.0;
/// The time to wait before starting the next process if the last process ran on only one physical core in most rounds.
const PATIENCE: Duration = Duration::from_secs(10);
/// If the threads used at least this share of the available CPU time in a slice of the measurement, other processes did
/// not disturb that slice.
const ALONE: f64 = 0.9;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a session on several threads",
        "All threads share one client whose transport responds immediately. The table shows the CPU time per call in\n\
         nanoseconds. The threads make calls in time slices of one millisecond, alternately with and\n\
         without a session. In each time slice, all threads concurrently make the same kind of call. The values are medians\n\
         over the slices that other processes did not disturb. The last column is the median difference between\n\
         consecutive slices. The second target compares the increase in the session's cost with the time that a cache\n\
         line needs to move between the two cores. If all threads updated a shared counter, each call would move a\n\
         cache line at least once.",
    );
    let (rounds, apart) = timed();
    let found: [[f64; 3]; 4] = std::array::from_fn(|kind| undisturbed(&rounds, kind));
    let rows = threads::THREADS.iter().zip(&found).map(|(threads, found)| {
        std::iter::once(threads.to_string()).chain(found.map(|value| number(value.round()))).collect()
    });
    section.table(
        &["threads", "no session, token sent as a default header", "a live session", "difference"],
        &rows.collect::<Vec<_>>(),
    );
    let transfer = median(rounds.iter().map(|round| round.transfer).collect());
    section.text(&format!(
        "In the measured rounds, a cache line took {} ns to move from one core to the other.",
        number(transfer.round())
    ));
    let [[.., alone], .., [.., many]] = found;
    let more = many - alone;
    section.at_most(
        "increase in the session's cost per call from 1 thread to 8 threads, in nanoseconds",
        more.round(),
        100.0,
    );
    let target = "increase in the session's cost per call from 1 thread to 8 threads, relative to one cache line transfer";
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

/// Returns measurement rounds from several processes, because the memory layout differs between processes. Also returns
/// whether the machine had two physical cores.
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

/// For one number of threads, returns three medians over the time slices that other processes did not disturb: the time
/// per call without a session, the time per call with a session, and the difference.
fn undisturbed(rounds: &[Round], kind: usize) -> [f64; 3] {
    let pairs = rounds.iter().map(|round| round.slices[kind]);
    let pairs = pairs.filter(|pair| pair.iter().all(|slice| slice.share >= ALONE));
    let pairs: Vec<[f64; 2]> = pairs.map(|pair| pair.map(|slice| slice.nanoseconds)).collect();
    let all = |of: fn(&[f64; 2]) -> f64| median(pairs.iter().map(of).collect());
    [all(|[header, _]| *header), all(|[_, live]| *live), all(|[header, live]| live - header)]
}
