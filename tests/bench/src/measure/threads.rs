//! What a live session adds to a call where several threads share a client.

use std::time::Duration;

use crate::client::Client;
use crate::section::{Section, median, number};
use crate::threads::{self, Round};

const CALLS_OF_A_THREAD: usize = 400;
const ROUNDS: usize = 100;
/// Rounds that are looked at, at least.
const ENOUGH: usize = 700;
const MOST_PROCESSES: usize = 25;
/// The two cores of a virtual machine may be two halves of one core for a while, and what threads share then costs next to
/// nothing. A cache line takes at least so many nanoseconds from one to the other if they are not: some 8 between halves, from
/// 25 within a die, from 100 between dies.
const APART: f64 = 20.0;
/// How long to wait in the hope that they are given other cores.
const PATIENCE: Duration = Duration::from_secs(10);
/// The share of the cores' time that the threads of a slice have where nobody disturbs them.
const ALONE: f64 = 0.9;

pub fn measure() -> Section {
    let mut section = Section::new(
        "What a session costs on several threads",
        "They share one client, over a transport that answers at once. Nanoseconds of CPU for a call. Calls are made in slices of\n\
         a millisecond, with a session and without in turn, and in each of them all threads make the same calls at the same time.\n\
         Told are medians of the slices in which nobody else had the cores; the session's part is that of the differences between\n\
         a slice and the next. The second target is in the time that a cache line takes from one core to the other: a count that all\n\
         threads write to would cost one at least.",
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
    section.at_most("nanoseconds that a session takes more on 8 threads than on 1", more.round(), 100.0);
    let target = "the same, a cache line's way between cores = 1";
    if apart {
        section.at_most(target, more / transfer, 1.0);
    } else {
        section.target(target, "at most 1", "unknown: the two cores were halves of one", false);
    }
    section
}

/// Rounds of several processes, since each has its own places in memory; and whether the cores were two.
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

/// Of slices of this many threads that nobody disturbed: without a session, with one, and what that adds.
fn undisturbed(rounds: &[Round], kind: usize) -> [f64; 3] {
    let pairs = rounds.iter().map(|round| round.slices[kind]);
    let pairs = pairs.filter(|pair| pair.iter().all(|slice| slice.share >= ALONE));
    let pairs: Vec<[f64; 2]> = pairs.map(|pair| pair.map(|slice| slice.nanoseconds)).collect();
    let all = |of: fn(&[f64; 2]) -> f64| median(pairs.iter().map(of).collect());
    [all(|[header, _]| *header), all(|[_, live]| *live), all(|[header, live]| live - header)]
}
