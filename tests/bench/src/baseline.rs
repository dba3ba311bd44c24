//! Compares the measured counts with the counts recorded in `counts.tsv`.

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.tsv");
/// The relative tolerance. A new compiler version can change instruction counts by about 2%.
const TOLERANCE: f64 = 0.02;
/// The tolerance in allocations. Some buffers grow only once in many calls, so the average number of allocations per
/// call varies.
const SLACK: f64 = 0.5;
/// The tolerance, in instructions, for a result that is the difference between two varying counts.
const SLACK_OF_A_DIFFERENCE: f64 = 150.0;

pub fn worse(counts: &[(String, f64)]) -> Vec<String> {
    let known = std::fs::read_to_string(FILE).unwrap_or_default();
    let mut known = known.lines().filter_map(|line| line.split_once('\t'));
    let mut worse = Vec::new();
    for (name, count) in counts {
        let Some((_, before)) = known.clone().find(|(other, _)| other == name) else {
            worse.push(format!("{name}: not in counts.tsv"));
            continue;
        };
        let before: f64 = before.parse().unwrap_or_default();
        let slack = match name {
            name if name.contains("by hand = 1") => 0.0,
            name if name.starts_with("session") && name.ends_with("instructions") => SLACK_OF_A_DIFFERENCE,
            _ => SLACK,
        };
        if *count > before * (1.0 + TOLERANCE) + slack {
            worse.push(format!("{name}: {count:.3}, was {before:.3}"));
        }
    }
    let gone = known.find(|(name, _)| !counts.iter().any(|(other, _)| other == name));
    worse.extend(gone.map(|(name, _)| format!("{name}: no longer measured")));
    worse
}

pub fn record(counts: &[(String, f64)]) {
    let lines: String = counts.iter().map(|(name, count)| format!("{name}\t{count:.3}\n")).collect();
    std::fs::write(FILE, lines).expect("a file that can be written");
}
