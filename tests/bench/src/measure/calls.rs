//! What one call costs, in instructions and allocations.

use crate::contender;
use crate::counts::{self, Cost};
use crate::report::{Report, number};

pub fn measure(report: &mut Report) {
    report.section(
        "What a call costs",
        "`GET /items/{id}?q=…` with a bearer token, 200 bytes of JSON into a struct, HTTP/1.1, one connection that is kept. \
         Instructions are those of the client's process in user mode, by callgrind; allocations are counted by its \
         allocator, memory that grows included. Both repeat from run to run.\n\n\
         reqwest with no features but `json`, `query`, `form`, `multipart` and `stream`:",
    );
    let names = contender::ALL.map(|(name, _)| name);
    let costs = counts::of(&names);
    report.table(&COLUMNS, &rows(&contender::ALL, &costs));
    let of = |name: &str| costs[names.iter().position(|other| *other == name).expect("a contender")];
    let (ours, hand) = (of("afresh"), of("reqwest"));
    report.at_most("instructions of a call", ours.instructions, 71_000.0, "");
    report.at_most("allocations of a call", ours.allocations, 48.0, "");
    report.at_most("instructions of a call, by hand = 1", ours.instructions / hand.instructions, 1.0, "");
}

/// The columns of a table of costs.
pub const COLUMNS: [&str; 4] = ["client", "instructions", "by hand = 1", "allocations"];

/// Its rows.
pub fn rows(names: &[(&str, &str)], costs: &[Cost]) -> Vec<Vec<String>> {
    let hand = names.iter().position(|(name, _)| *name == "reqwest").and_then(|index| costs.get(index));
    let hand = hand.map_or(f64::NAN, |hand| hand.instructions);
    let row = |((_, title), cost): (&(&str, &str), &Cost)| {
        let ratio = format!("{:.2}", cost.instructions / hand);
        vec![(*title).to_owned(), number(cost.instructions), ratio, format!("{:.1}", cost.allocations)]
    };
    names.iter().zip(costs).map(row).collect()
}
