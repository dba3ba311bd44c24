//! Measures the memory use of ten thousand callers with an expired token, and the number of their concurrent requests.

use super::storm::{CALLERS, SUBJECTS};
use crate::client::{Client, Crowd};
use crate::section::{Section, number};

pub fn measure(section: &mut Section) {
    section.text(
        "The next table shows the number of bytes per caller that the client allocated after startup. The client\n\
         does not open connections, because a connection needs more memory than a caller, and the number of connections\n\
         depends on the machine. The server runs in the client process and responds only when the runtime is idle.\n\
         Therefore, all callers are in the same state: they have sent their requests, they are waiting after a\n\
         rejection, or they have sent their requests again. In the runs with a late start, all callers except one\n\
         start during the refresh. The last column shows how many concurrent requests the server receives after the\n\
         refresh.",
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
        ["client", "sent", "rejected", "sent again", "peak", "late: first", "late: peak", "late: concurrent"];
    section.table(&columns, &rows.collect::<Vec<_>>());
    let [bare, ours, limited, hand @ ..] = &found;
    let best = |scene: usize| hand.iter().map(|found| peak(&found[scene])).fold(f64::INFINITY, f64::min);
    section.at_most(
        "peak memory with all calls in progress, relative to the best handwritten client",
        peak(&bare[0]).max(peak(&ours[0])) / best(0),
        1.1,
    );
    section.at_most(
        "peak memory if callers start late and rejections report the expiry, relative to the best handwritten client",
        peak(&ours[1]) / best(1),
        1.1,
    );
    section.at_most(
        "concurrent requests after a refresh with `replay_limit(64)`",
        at_once(&limited[0], 2).max(at_once(&limited[1], 1)),
        64.0,
    );
}

/// Returns the largest recorded number of concurrent requests, starting at index `from`.
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
