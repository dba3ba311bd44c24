//! Measures the cost of each kind of parameter and response, compared with handwritten code.

use crate::counts;
use crate::kind;
use crate::section::{Section, number};

pub fn measure() -> Section {
    let mut section = Section::new(
        "Cost of each kind of parameter and response",
        "The table compares calls through afresh with handwritten reqwest calls.",
    );
    let subjects =
        kind::ALL.iter().flat_map(|(name, _)| ["afresh", "hand"].map(|by| format!("kind:{by}/{name}")));
    let subjects: Vec<String> = subjects.collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let (mut rows, mut dearer) = (Vec::new(), [Vec::new(), Vec::new()]);
    for ((name, what), pair) in kind::ALL.iter().zip(costs.chunks(2)) {
        let [ours, hand] = pair else { continue };
        let ratio = ours.instructions / hand.instructions;
        if ratio > 1.0 {
            dearer[0].push(*name);
        }
        // A difference of half an allocation is noise, because some buffers grow only once in many calls.
        if ours.allocations > hand.allocations + 0.5 {
            dearer[1].push(*name);
        }
        section.count(format!("{name}, instructions, by hand = 1"), ratio);
        section.count(format!("{name}, allocations"), ours.allocations);
        rows.push(vec![
            format!("{name}: {what}"),
            number(ours.instructions),
            number(hand.instructions),
            format!("{ratio:.2}"),
            number(ours.allocations),
            number(hand.allocations),
        ]);
    }
    let columns =
        ["kind", "instructions, afresh", "by hand", "by hand = 1", "allocations, afresh", "by hand"];
    section.table(&columns, &rows);
    for (what, dearer) in ["instructions", "allocations"].iter().zip(dearer) {
        let found = if dearer.is_empty() { "none".to_owned() } else { dearer.join(", ") };
        section.target(
            &format!("kinds of calls that need more {what} than handwritten code"),
            "none",
            &found,
            dearer.is_empty(),
        );
    }
    section
}
