//! The memory of ten thousand callers with an expired token, and how many are sent at once.

use super::storm::{CALLERS, SUBJECTS};
use crate::client::{Client, Crowd};
use crate::section::{Section, number};

pub fn measure(section: &mut Section) {
    section.text(
        "The memory of each caller: the bytes that the client allocated, without those from before. A connection takes\n\
         more memory than a caller, and the number of connections depends on the machine, so there are none. The server\n\
         is in the client's process and answers only when the runtime is idle. So all callers are in the same state: all\n\
         have sent, all were refused and wait, or all have sent again. In another run, all callers but one start during\n\
         the refresh. The table also shows how many requests the server then gets at once.",
    );
    let found = SUBJECTS.map(|(name, _, guard)| {
        [false, true].map(|late| Client::this().crowd(&format!("{name}-in-memory"), guard, late, CALLERS))
    });
    let rows = SUBJECTS.iter().zip(&found).map(|((_, title, _), [together, late])| {
        let numbers = [
            at(together, 0),
            at(together, 1),
            at(together, 2),
            peak(together),
            at(late, 0),
            peak(late),
            at_once(late, 1),
        ];
        std::iter::once((*title).to_owned()).chain(numbers.map(number)).collect()
    });
    let columns =
        ["client", "sent", "refused", "sent again", "peak", "late, at first", "late, peak", "late, at once"];
    section.table(&columns, &rows.collect::<Vec<_>>());
    let [bare, ours, limited, hand @ ..] = &found;
    let best = |scene: usize| hand.iter().map(|found| peak(&found[scene])).fold(f64::INFINITY, f64::min);
    section.at_most(
        "peak of memory, all were in progress, best by hand = 1",
        peak(&bare[0]).max(peak(&ours[0])) / best(0),
        1.1,
    );
    section.at_most(
        "peak memory if most calls start during the refresh, expiry reported (best client by hand = 1)",
        peak(&ours[1]) / best(1),
        1.1,
    );
    section.at_most(
        "requests at once after the refresh, limited to 64",
        at_once(&limited[0], 2).max(at_once(&limited[1], 1)),
        64.0,
    );
}

/// The largest number of concurrent requests from this moment.
fn at_once(crowd: &Crowd, from: usize) -> f64 {
    crowd.asked.iter().skip(from).max().map_or(f64::NAN, |asked| *asked as f64)
}

fn at(crowd: &Crowd, moment: usize) -> f64 {
    for_each(crowd.held.get(moment).copied())
}

fn peak(crowd: &Crowd) -> f64 {
    for_each(crowd.held.iter().max().copied())
}

fn for_each(bytes: Option<usize>) -> f64 {
    (bytes.unwrap_or_default() as f64 / CALLERS as f64).round()
}
