//! Measures the number of requests that a failing server receives.

use crate::client::Client;
use crate::section::{Section, number};

const CALLERS: usize = 1_000;
/// The number of retries in the default retry budget's reserve.
const RESERVE: f64 = 10.0;

pub fn measure() -> Section {
    let mut section = Section::new(
        "One minute of outage",
        "For 60 seconds, a server responds to every request with status 503. Each of a thousand callers repeats its call one\n\
         second after a failure. The afresh client uses `.retry(Retry::default())`. The handwritten loop makes three\n\
         attempts with pauses of similar length and has no retry budget.",
    );
    let [ours, by_hand] = Client::this().outage(CALLERS);
    let ratio = |of: crate::outage::Sends| of.sends as f64 / of.calls as f64;
    let row = |title: &str, of: crate::outage::Sends| {
        vec![title.to_owned(), number(of.calls as f64), number(of.sends as f64), number(ratio(of))]
    };
    let rows = [row("**afresh**", ours), row("by hand, three attempts", by_hand)];
    section.table(&["client", "calls", "requests", "requests per call"], &rows);
    let without_reserve = (ours.sends as f64 - RESERVE) / ours.calls as f64;
    section.at_most(
        "requests per call during an outage, excluding the retry budget's reserve",
        without_reserve,
        1.1,
    );
    section
}
