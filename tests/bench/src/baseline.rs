//! Compares the counts with those of `counts.tsv`, so that a regression fails.

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.tsv");
/// A change of the compiler has about this effect on instructions.
const TOLERANCE: f64 = 0.02;
/// Half an allocation, because some buffers grow once in many calls.
const SLACK: f64 = 0.5;
/// For a difference of two counts of instructions, which changes as much as each of them.
const SLACK_OF_A_DIFFERENCE: f64 = 150.0;

/// The regressions, in words.
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

/// Writes them down.
pub fn record(counts: &[(String, f64)]) {
    let lines: String = counts.iter().map(|(name, count)| format!("{name}\t{count:.3}\n")).collect();
    std::fs::write(FILE, lines).expect("a file that can be written");
}
