//! Measures the instructions and allocations that a session adds to a call.

use crate::counts;
use crate::section::{Section, number};
use crate::session;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a session per call",
        "Each row shows the cost of one afresh call that sends the same request as in the first table. The calls in the second and\n\
         third rows send the same bytes. The difference between the first row and the next two rows is the cost of\n\
         one more header in hyper and on the network. The target and the CI check use the difference between the last\n\
         two rows. Over a socket, the cost of a session varies from 0 to 700 instructions, depending on the state of\n\
         the allocator.",
    );
    let ways = session::WAYS.iter().chain(&session::AT_ONCE);
    let subjects: Vec<String> = ways.clone().map(|(way, _)| format!("session:{way}")).collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = ways.zip(&costs).map(|((_, title), cost)| {
        vec![(*title).to_owned(), number(cost.instructions), number(cost.allocations)]
    });
    section.table(&["client", "instructions", "allocations"], &rows.collect::<Vec<_>>());
    if let [_, header, live, header_at_once, live_at_once] = costs[..] {
        let held = live_at_once.instructions - header_at_once.instructions;
        section.at_most("instructions of a session", held, 600.0);
        section.at_most("allocations of a session", live.allocations - header.allocations, 0.0);
        section.count("session over a transport that answers at once, instructions", held);
        section.count("session, allocations", live.allocations - header.allocations);
    }
    section
}
