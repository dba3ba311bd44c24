//! What each kind of parameter and of answer costs, against the same by hand.

use crate::counts;
use crate::kind;
use crate::report::{Report, number};

pub fn measure(report: &mut Report) {
    report.section(
        "What each kind of parameter and of answer costs",
        "As above, through afresh and by hand over the same reqwest, as its documentation shows it.",
    );
    let subjects: Vec<String> = kind::ALL
        .iter()
        .flat_map(|(name, _)| ["afresh", "hand"].map(|by| format!("kind:{by}/{name}")))
        .collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let mut rows = Vec::new();
    let mut dearer = Vec::new();
    for ((name, what), pair) in kind::ALL.iter().zip(costs.chunks(2)) {
        let [ours, hand] = pair else { continue };
        let ratio = ours.instructions / hand.instructions;
        if ratio > 1.0 {
            dearer.push(format!("{name} (instructions)"));
        }
        if ours.allocations > hand.allocations + 0.5 {
            dearer.push(format!("{name} (allocations)"));
        }
        rows.push(vec![
            format!("{name}: {what}"),
            number(ours.instructions),
            number(hand.instructions),
            format!("{ratio:.2}"),
            format!("{:.1}", ours.allocations),
            format!("{:.1}", hand.allocations),
        ]);
    }
    report.table(
        &["kind", "instructions, afresh", "by hand", "by hand = 1", "allocations, afresh", "by hand"],
        &rows,
    );
    let found = if dearer.is_empty() { "none".to_owned() } else { dearer.join(", ") };
    report.target("kinds that cost more than by hand", "none", &found, dearer.is_empty());
}
