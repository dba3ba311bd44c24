//! Measures the cost of large responses and large request bodies.

use crate::counts;
use crate::section::{Section, number};

pub fn measure() -> Section {
    let mut section = Section::new(
        "Large responses and request bodies",
        "The first four rows show the cost of decoding a JSON array of the given length, through afresh and by hand\n\
         with `serde_json::from_slice`. The last row shows the cost of sending a `Bytes` body through afresh, which\n\
         can send the same body again if necessary.",
    );
    let mut rows = Vec::new();
    for (title, length, calls) in [("20 KB", 20_000, 100), ("20 MB", 20_000_000, 1)] {
        let subjects = [format!("large:afresh/{length}"), format!("large:slice/{length}")];
        let costs = counts::of_calls(&subjects.each_ref().map(String::as_str), calls);
        let [ours, hand] = costs[..] else { continue };
        let ratio = ours.instructions / hand.instructions;
        section.at_most(
            &format!("instructions to decode a {title} response, relative to `from_slice`"),
            ratio,
            1.02,
        );
        section.at_most(
            &format!("bytes allocated for a {title} response, relative to `from_slice`"),
            ours.bytes / hand.bytes,
            1.02,
        );
        for (name, cost) in [("afresh", ours), ("by hand", hand)] {
            let numbers = [cost.instructions, cost.allocations, cost.growths, cost.bytes].map(number);
            rows.push([format!("{title}, {name}")].into_iter().chain(numbers).collect());
        }
    }
    let sent = counts::of_calls(&["large:sent/1000000"], 20);
    if let [sent] = sent[..] {
        let numbers = [sent.instructions, sent.allocations, sent.growths, sent.bytes].map(number);
        rows.push(["1 MB sent, afresh".to_owned()].into_iter().chain(numbers).collect());
        section.at_most("bytes allocated to send 1 MB", sent.bytes, 20_000.0);
    }
    section.table(&["", "instructions", "allocations", "growths", "bytes allocated"], &rows);
    section
}
