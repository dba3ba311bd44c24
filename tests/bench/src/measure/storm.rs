//! Measures ten thousand concurrent calls with an expired token.

use super::crowd;
use crate::client::Client;
use crate::section::{Section, median, number};
use crate::server::{Guard, Server};

pub const CALLERS: usize = 10_000;
const ROUNDS: usize = 3;

/// The measured clients, each with its description and the kind of 403 response that the server sends.
pub const SUBJECTS: [(&str, &str, Guard); 6] = [
    ("afresh", "**afresh**, 403 without details", Guard::Bare),
    ("afresh", "**afresh**, 403 with `invalid_token`", Guard::Reported),
    ("afresh-limited", "**afresh**, 403 with `invalid_token`, `replay_limit(64)`", Guard::Reported),
    ("single-flight", "by hand, with a read-write lock", Guard::Reported),
    ("single-flight-mutex", "by hand, with a lock around the refresh", Guard::Reported),
    ("reqwest-middleware", "reqwest-middleware, with a read-write lock", Guard::Reported),
];

pub fn measure() -> Section {
    let mut section = Section::new(
        "Ten thousand callers with an expired token",
        "A total of 10,000 tasks concurrently make one call each. The server takes 50 ms for a refresh and 5\n\
         ms for a successful response, and rejects expired tokens immediately. The values are medians of three rounds. The\n\
         columns show the number of refreshes, the number of rejections, the number of calls in progress at the first\n\
         rejection, the maximum number of concurrent requests, the time until all calls had received a response, and\n\
         the number of failed calls.",
    );
    let found = SUBJECTS.map(|(name, _, guard)| storm(name, guard));
    let rows = SUBJECTS.iter().zip(&found).map(|((_, title, _), found)| row(title, found));
    let columns = ["client", "refreshes", "rejections", "in progress", "concurrent", "ms", "failed"];
    section.table(&columns, &rows.collect::<Vec<_>>());
    let [bare, ours, ..] = &found;
    section.at_most("refreshes for 10,000 callers", ours.refreshes.max(bare.refreshes), 1.0);
    section.at_most(
        "rejected calls that started after the first rejection, if rejections report that the token has expired",
        ours.refusals - ours.in_flight,
        0.0,
    );
    crowd::measure(&mut section);
    section
}

struct Found {
    refreshes: f64,
    refusals: f64,
    in_flight: f64,
    at_once: f64,
    milliseconds: f64,
    failed: f64,
}

fn storm(name: &str, guard: Guard) -> Found {
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let server = Server::guarded(guard);
            let client = Client::this().storm(name, &server.base, CALLERS);
            (client, server.reported())
        })
        .collect();
    let all = |of: &dyn Fn(&(crate::client::Storm, crate::server::Reported)) -> u64| {
        median(rounds.iter().map(|round| of(round) as f64).collect())
    };
    Found {
        refreshes: rounds.iter().map(|(_, reported)| reported.refreshes).max().unwrap_or_default() as f64,
        refusals: all(&|(_, reported)| reported.refusals),
        in_flight: all(&|(client, _)| client.in_flight),
        at_once: all(&|(_, reported)| reported.at_once),
        milliseconds: all(&|(client, _)| client.milliseconds),
        failed: all(&|(client, _)| client.failed),
    }
}

fn row(title: &str, found: &Found) -> Vec<String> {
    let numbers =
        [found.refreshes, found.refusals, found.in_flight, found.at_once, found.milliseconds, found.failed];
    std::iter::once(title.to_owned()).chain(numbers.map(number)).collect()
}
