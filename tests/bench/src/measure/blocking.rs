//! The cost of a call without async code.

use crate::blocking;
use crate::counts;
use crate::section::{Section, number};

pub fn measure() -> Section {
    let mut section = Section::new(
        "What a blocking call costs",
        "The call of the first table on a thread without a runtime, counted over all threads of the process. Both clients\n\
         have one background thread for their connections. afresh runs the call on the calling thread.",
    );
    let subjects: Vec<String> = blocking::WAYS.iter().map(|(way, _)| format!("blocking:{way}")).collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = blocking::WAYS.iter().zip(&costs).map(|((_, title), cost)| {
        vec![(*title).to_owned(), number(cost.instructions), number(cost.allocations)]
    });
    section.table(&["client", "instructions", "allocations"], &rows.collect::<Vec<_>>());
    if let [ours, by_hand] = costs[..] {
        let ratio = ours.instructions / by_hand.instructions;
        section.at_most("instructions of a blocking call, `reqwest::blocking` = 1", ratio, 1.10);
    }
    section
}
