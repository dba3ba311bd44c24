//! Measures the instructions and allocations of one call.

use crate::again;
use crate::contender;
use crate::counts::{self, Cost};
use crate::plot::Bars;
use crate::section::{Section, number};

/// The maximum number of instructions per call, relative to handwritten code that uses the same HTTP client: `SHARE`
/// for reqwest, and `SHARE_OVER_HYPER` for hyper-util.
const SHARE: f64 = 0.90;
const SHARE_OVER_HYPER: f64 = 1.15;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of a call",
        "Each call sends `GET /items/{id}?q=…` with a bearer token over one persistent HTTP/1.1 connection, and\n\
         decodes 200 bytes of JSON into a struct. The tool callgrind counts the user-mode instructions of the client\n\
         process. The allocator of the client process counts allocations and growths (reallocations to a larger\n\
         size). The crate reqwest is built with only the features `json`, `query`, `form`, `multipart`, and `stream`.\n\
         The crate afresh is built with only the feature `hyper`.",
    );
    let names = contender::ALL.map(|(name, _)| name);
    let costs = counts::of(&names);
    section.table(&COLUMNS, &rows(&contender::ALL, &costs));
    section.text("![instructions per call](plots/calls.svg)");
    let bars =
        contender::ALL.iter().zip(&costs).map(|((name, _), cost)| ((*name).to_owned(), cost.instructions));
    Bars { title: "Instructions of a call", ours: "afresh", bars: bars.collect() }.write("calls");
    let of = |name: &str| costs[names.iter().position(|other| *other == name).expect("a contender")];
    let (ours, hand) = (of("afresh"), of("reqwest"));
    let ratio = ours.instructions / hand.instructions;
    section.at_most("instructions per call, relative to handwritten reqwest code", ratio, SHARE);
    section.at_most("instructions per call", ours.instructions, 71_000.0);
    section.at_most("allocations per call", ours.allocations, 44.0);
    section.count("call, instructions, by hand = 1", ratio);
    section.count("call, allocations", ours.allocations);
    let lean = of("afresh-hyper");
    let ratio = lean.instructions / of("hyper-util").instructions;
    section.at_most(
        "instructions per call with the hyper transport, relative to handwritten hyper-util code",
        ratio,
        SHARE_OVER_HYPER,
    );
    section.at_most("instructions per call with the hyper transport", lean.instructions, 44_000.0);
    section.at_most("allocations per call with the hyper transport", lean.allocations, 30.0);
    section.count(
        "call through the hyper transport, instructions, by hand = 1",
        lean.instructions / hand.instructions,
    );
    section.count("call through the hyper transport, allocations", lean.allocations);
    section
}

pub fn measure_over_defaults() -> Section {
    let mut section = Section::new(
        "Cost of a call with reqwest's default features",
        "In this table, reqwest and afresh are built with their default features. TLS, HTTP/2, and system proxies are\n\
         enabled but not used. The crate feignhttp requires reqwest's default features.",
    );
    let names = contender::OVER_DEFAULTS.map(|(name, _)| name);
    let costs = counts::by(&again::over_defaults(), &names);
    section.table(&COLUMNS, &rows(&contender::OVER_DEFAULTS, &costs));
    section
}

const COLUMNS: [&str; 5] = ["client", "instructions", "by hand = 1", "allocations", "growths"];

fn rows(names: &[(&str, &str)], costs: &[Cost]) -> Vec<Vec<String>> {
    let hand = names.iter().position(|(name, _)| *name == "reqwest").and_then(|index| costs.get(index));
    let hand = hand.map_or(f64::NAN, |hand| hand.instructions);
    let row = |((_, title), cost): (&(&str, &str), &Cost)| {
        let ratio = format!("{:.2}", cost.instructions / hand);
        let (allocations, growths) = (number(cost.allocations), number(cost.growths));
        vec![(*title).to_owned(), number(cost.instructions), ratio, allocations, growths]
    };
    names.iter().zip(costs).map(row).collect()
}
