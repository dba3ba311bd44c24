//! Measures the CPU seconds of builds with a precision of two percent.
//!
//! Other load on the machine can only slow a build down, and usually lasts longer than one build. The two compared
//! designs are built alternately, and only the faster half of the rounds is used. The minimum of all rounds would
//! depend too much on chance.

use super::sources::{Design, Types};
use super::{ENDPOINTS, Mode, Scratch};

/// The kinds of builds that are measured for each design.
pub const COLUMNS: [&str; 4] = ["check", "debug", "release", "after an edit"];

/// The CPU seconds of every round, for each column.
#[derive(Clone, Default)]
pub struct Samples([Vec<f64>; 4]);

/// The number of rounds for the `afresh` crate and the handwritten functions, and the number of rounds for the other
/// designs.
struct Rounds {
    rivals: usize,
    others: usize,
}

impl Rounds {
    /// Returns the number of rounds, which is smaller for builds that take longer.
    fn of(mode: Mode, types: Types) -> Self {
        let (rivals, others) = match (mode, types) {
            (Mode::Check, Types::Shared) => (10, 3),
            (Mode::Debug | Mode::Release, Types::Shared) => (6, 3),
            (Mode::Check, Types::Distinct) => (6, 1),
            (Mode::Debug, Types::Distinct) => (4, 1),
            (Mode::Release, Types::Distinct) => (2, 1),
        };
        Self { rivals, others }
    }

    fn reach(&self, design: Design, round: usize) -> bool {
        let is_rival = matches!(design, Design::Afresh | Design::ByHand);
        round < if is_rival { self.rivals } else { self.others }
    }
}

pub fn measure(scratch: &Scratch, types: Types) -> Vec<Samples> {
    let mut samples = vec![Samples::default(); Design::ALL.len()];
    for mode in [Mode::Check, Mode::Debug, Mode::Release] {
        let rounds = Rounds::of(mode, types);
        for round in 0..rounds.rivals.max(rounds.others) {
            let mut order: Vec<(&Design, &mut Samples)> = Design::ALL.iter().zip(&mut samples).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for (design, samples) in order.into_iter().filter(|(design, _)| rounds.reach(**design, round)) {
                samples.add(scratch, *design, types, mode);
                eprintln!("{} {types:?} {mode:?}: {:.2?}", design.name(), samples.0);
            }
        }
    }
    samples
}

impl Samples {
    fn add(&mut self, scratch: &Scratch, design: Design, types: Types, mode: Mode) {
        let [check, debug, release, edit] = &mut self.0;
        scratch.empty();
        scratch.build(mode);
        let source = design.source(ENDPOINTS, types);
        scratch.write(&source);
        let time = scratch.build(mode);
        match mode {
            Mode::Check => check.push(time),
            Mode::Release => release.push(time),
            Mode::Debug => {
                debug.push(time);
                // Measures a build after one endpoint was edited, and another build after the edit was reverted.
                scratch.write(&source.clone().edited());
                let there = scratch.build(mode);
                scratch.write(&source);
                edit.push(f64::midpoint(there, scratch.build(mode)));
            }
        }
    }

    pub fn time(&self, column: usize) -> f64 {
        cheaper_half(self.0[column].iter().copied())
    }

    /// Returns the CPU seconds for one column of the table, separately for even and odd rounds.
    pub fn halves(&self, column: usize) -> [f64; 2] {
        [0, 1].map(|first| cheaper_half(self.0[column].iter().copied().skip(first).step_by(2)))
    }
}

fn cheaper_half(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.truncate(times.len().div_ceil(2));
    times.iter().sum::<f64>() / times.len() as f64
}
