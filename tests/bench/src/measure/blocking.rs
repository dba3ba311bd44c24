//! Measures the cost of a blocking call.

use crate::blocking;
use crate::counts;
use crate::section::{Section, number};

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a blocking call",
        "The call from the first table runs on a thread without a Tokio runtime. The counts include all threads of\n\
         the process. Each client has one background thread for its connections. The afresh client runs the call on\n\
         the calling thread.",
    );
    let subjects: Vec<String> = blocking::WAYS.iter().map(|(way, _)| format!("blocking:{way}")).collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = blocking::WAYS.iter().zip(&costs).map(|((_, title), cost)| {
        vec![(*title).to_owned(), number(cost.instructions), number(cost.allocations)]
    });
    section.table(&["client", "instructions", "allocations"], &rows.collect::<Vec<_>>());
    if let [ours, by_hand] = costs[..] {
        let ratio = ours.instructions / by_hand.instructions;
        section.at_most("instructions per blocking call, relative to `reqwest::blocking`", ratio, 1.10);
    }
    section
}
