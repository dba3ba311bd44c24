//! The memory of ten thousand callers with an expired token, and how many are sent at once.

use super::storm::{CALLERS, SUBJECTS};
use crate::client::{Client, Crowd};
use crate::section::{Section, number};

pub fn measure(section: &mut Section) {
    section.text(
        "What memory they take: the bytes that the client has from its allocator, for each caller, without those of before. How\n\
         many connections a server accepts before a refresh is over depends on the machine, and each takes more than a caller; so\n\
         there are none. The server is in the client's process and holds every answer until nobody has anything left to do. So all\n\
         callers are at the same place: all have sent, all have been refused and wait, all have sent again. Or all but one come\n\
         late, while that one's refresh is under way; how many requests the server then has to answer at once is told, too.",
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
        "peak of memory, all were under way, best by hand = 1",
        peak(&bare[0]).max(peak(&ours[0])) / best(0),
        1.1,
    );
    section.at_most(
        "peak of memory, most come during the refresh, expiry told, best by hand = 1",
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
