//! How often a server that is out of order is asked.

use crate::client::Client;
use crate::section::{Section, number};

const CALLERS: usize = 1_000;
/// The reserve of the default budget.
const RESERVE: f64 = 10.0;

pub fn measure() -> Section {
    let mut section = Section::new(
        "An outage of a minute",
        "A server answers 503 for 60 s. A thousand callers call again a second after each failure. afresh has\n\
         `.retry(Retry::default())`; the loop by hand makes three attempts with waits of the same length, and has no budget.",
    );
    let [ours, by_hand] = Client::this().outage(CALLERS);
    let ratio = |of: crate::outage::Sends| of.sends as f64 / of.calls as f64;
    let row = |title: &str, of: crate::outage::Sends| {
        vec![title.to_owned(), number(of.calls as f64), number(of.sends as f64), number(ratio(of))]
    };
    let rows = [row("**afresh**", ours), row("by hand, three attempts", by_hand)];
    section.table(&["client", "calls", "sends", "sends for a call"], &rows);
    let without_reserve = (ours.sends as f64 - RESERVE) / ours.calls as f64;
    section.at_most("sends for a call in an outage, the reserve apart", without_reserve, 1.1);
    section
}
