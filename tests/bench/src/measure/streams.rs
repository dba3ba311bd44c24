//! Measures the instructions per byte for one long event and for one long line.

use crate::counts;
use crate::section::{Section, number};
use crate::streams::{LENGTHS, subject};

/// The number of calls. A small number of calls is enough, because each call reads thousands of frames.
const CALLS: u64 = 20;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a long event",
        "A server-sent event or a line arrives byte by byte over a transport in the client's process. The table shows instructions\n\
         for each byte. The total cost is linear: an item of twice the length has the same cost for each byte.",
    );
    let kinds = ["events", "lines"];
    let subjects: Vec<String> =
        kinds.iter().flat_map(|kind| LENGTHS.map(|length| subject(kind, length))).collect();
    let costs = counts::of_calls(&subjects.iter().map(String::as_str).collect::<Vec<_>>(), CALLS);
    let mut rows = Vec::new();
    for (kind, costs) in kinds.iter().zip(costs.chunks(2)) {
        let [short, long] = [0, 1].map(|index| costs[index].instructions / LENGTHS[index] as f64);
        rows.push(vec![(*kind).to_owned(), number(short), number(long)]);
        section.at_most(
            &format!("{kind}, instructions for each byte, relative to half the length"),
            long / short,
            1.05,
        );
        section.count(format!("{kind}, instructions for each byte"), long);
    }
    section.table(&["item", "10,000 bytes", "20,000 bytes"], &rows);
    section
}
