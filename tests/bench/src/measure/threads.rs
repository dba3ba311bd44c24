//! The cost that a session adds to a call if several threads share a client.

use std::time::Duration;

use crate::client::Client;
use crate::section::{Section, median, number};
use crate::threads::{self, Round};

const CALLS_OF_A_THREAD: usize = 400;
const ROUNDS: usize = 100;
/// The minimum number of rounds.
const ENOUGH: usize = 700;
const MOST_PROCESSES: usize = 25;
/// The two cores of a virtual machine may be two threads of one physical core for a while. Sharing between threads then costs almost
/// nothing. The least time in nanoseconds in which a cache line moves between two physical cores: about 8 within one core, from 25 within a
/// die, from 100 between dies.
const APART: f64 = 20.0;
/// How long to wait for other cores.
const PATIENCE: Duration = Duration::from_secs(10);
/// The share of the cores' time that undisturbed threads get.
const ALONE: f64 = 0.9;

pub fn measure() -> Section {
    let mut section = Section::new(
        "What a session costs on several threads",
        "All threads share one client, over a transport that answers at once. The table shows nanoseconds of CPU time for\n\
         a call. Calls are made in slices of a millisecond, alternately with and without a session, and all threads of a\n\
         slice make the same calls at the same time. The values are medians of the undisturbed slices. The part of the\n\
         session is the median difference between consecutive slices. The second target is relative to the time in which\n\
         a cache line moves from one core to the other. A counter that all threads write would cost at least one such\n\
         move.",
    );
    let (rounds, apart) = timed();
    let found: [[f64; 3]; 4] = std::array::from_fn(|kind| undisturbed(&rounds, kind));
    let rows = threads::THREADS.iter().zip(&found).map(|(threads, found)| {
        std::iter::once(threads.to_string()).chain(found.map(|value| number(value.round()))).collect()
    });
    section.table(
        &["threads", "no session, the token as a default header", "a live session", "the session's part"],
        &rows.collect::<Vec<_>>(),
    );
    let transfer = median(rounds.iter().map(|round| round.transfer).collect());
    section.text(&format!(
        "Meanwhile a cache line took {} ns from one core to the other.",
        number(transfer.round())
    ));
    let [[.., alone], .., [.., many]] = found;
    let more = many - alone;
    section.at_most("extra nanoseconds of a session on 8 threads, compared with 1", more.round(), 100.0);
    let target = "the same, move of a cache line between cores = 1";
    if apart {
        section.at_most(target, more / transfer, 1.0);
    } else {
        section.target(target, "at most 1", "unknown: the two cores were halves of one", false);
    }
    section
}

/// Rounds of several processes, because each has its own memory layout. Also returns whether there were two physical cores.
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

/// From undisturbed slices with this many threads: without a session, with one, and the difference.
fn undisturbed(rounds: &[Round], kind: usize) -> [f64; 3] {
    let pairs = rounds.iter().map(|round| round.slices[kind]);
    let pairs = pairs.filter(|pair| pair.iter().all(|slice| slice.share >= ALONE));
    let pairs: Vec<[f64; 2]> = pairs.map(|pair| pair.map(|slice| slice.nanoseconds)).collect();
    let all = |of: fn(&[f64; 2]) -> f64| median(pairs.iter().map(of).collect());
    [all(|[header, _]| *header), all(|[_, live]| *live), all(|[header, live]| live - header)]
}
