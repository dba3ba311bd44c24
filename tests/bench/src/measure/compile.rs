//! What an API of 200 endpoints costs its user's build: time, expanded lines, and bytes in the binary.

mod crates;
mod sources;

use self::crates::{Mode, Scratch};
use self::sources::{Design, Types};
use crate::plot::Bars;
use crate::section::{Section, number};

const ENDPOINTS: usize = 200;
/// What else the machine does only adds; the least of these is told.
const ROUNDS: usize = 2;

pub fn measure() -> Section {
    let mut section = Section::new(
        "What 200 endpoints cost a build",
        "CPU seconds of cargo and rustc for a program with 200 endpoints, each called once; everything it depends on is built\n\
         already. Types are shared by all endpoints (the first number) or a pair for each (the second). After an edit: a debug\n\
         build after the path of one endpoint was changed. The least of two interleaved rounds.",
    );
    let scratch = Scratch::new();
    let times = times(&scratch);
    let row = |(design, times): (&Design, &[[f64; 4]; 2])| {
        let cell = |mode: usize| format!("{:.1} / {:.1}", times[0][mode], times[1][mode]);
        std::iter::once(design.title().to_owned()).chain((0..4).map(cell)).collect()
    };
    let rows: Vec<Vec<String>> = Design::ALL.iter().zip(&times).map(row).collect();
    section.table(&["client", "check", "debug", "release", "after an edit"], &rows);
    section.text("![CPU seconds of a release build](plots/compile.svg)");
    let bars = Design::ALL.iter().zip(&times).map(|(design, times)| (design.name().to_owned(), times[0][2]));
    Bars { title: "CPU seconds of a release build, types shared", ours: "afresh", bars: bars.collect() }
        .write("compile");
    held_against(&mut section, &times);
    sizes(&mut section, &scratch);
    section
}

/// For each design and both ways with types: check, debug, release, after an edit.
fn times(scratch: &Scratch) -> Vec<[[f64; 4]; 2]> {
    let mut least = vec![[[f64::INFINITY; 4]; 2]; Design::ALL.len()];
    for _ in 0..ROUNDS {
        for (design, least) in Design::ALL.iter().zip(&mut least) {
            for (types, least) in [Types::Shared, Types::Distinct].iter().zip(least) {
                for (time, least) in round(scratch, *design, *types).into_iter().zip(least.iter_mut()) {
                    *least = least.min(time);
                }
                eprintln!("{} {types:?}: {least:.1?}", design.name());
            }
        }
    }
    least
}

fn round(scratch: &Scratch, design: Design, types: Types) -> [f64; 4] {
    let fresh = |mode| {
        scratch.empty();
        scratch.build(mode);
        scratch.write(&design.source(ENDPOINTS, types));
        scratch.build(mode)
    };
    let check = fresh(Mode::Check);
    let release = fresh(Mode::Release);
    let debug = fresh(Mode::Debug);
    scratch.write(&design.source(ENDPOINTS, types).edited());
    [check, debug, release, scratch.build(Mode::Debug)]
}

fn held_against(section: &mut Section, times: &[[[f64; 4]; 2]]) {
    let of = |design: Design| {
        times[Design::ALL.iter().position(|other| *other == design).expect("it is one of them")]
    };
    let (ours, hand) = (of(Design::Afresh), of(Design::ByHand));
    for (types, (ours, hand)) in ["shared", "distinct"].iter().zip(ours.iter().zip(&hand)) {
        for (column, (ours, hand)) in ["check", "debug", "release", "edit"].iter().zip(ours.iter().zip(hand))
        {
            section.at_most(&format!("{column}, types {types}, by hand = 1"), ours / hand, 1.0);
        }
    }
    for (design, limit) in [(Design::Feignhttp, 0.5), (Design::Progenitor, 0.65)] {
        let worst =
            ours[0].iter().zip(&of(design)[0]).map(|(ours, theirs)| ours / theirs).fold(0.0, f64::max);
        section.at_most(&format!("dearest column, types shared, {} = 1", design.name()), worst, limit);
    }
}

fn sizes(section: &mut Section, scratch: &Scratch) {
    let half = ENDPOINTS / 2;
    let per_endpoint = |of: &dyn Fn(usize) -> usize| (of(ENDPOINTS) as f64 - of(half) as f64) / half as f64;
    let sized = |design: Design| {
        let lines = per_endpoint(&|endpoints| {
            scratch.write(&design.source(endpoints, Types::Shared).without_calls());
            scratch.expanded_lines()
        });
        let bytes = per_endpoint(&|endpoints| {
            scratch.write(&design.source(endpoints, Types::Shared));
            scratch.build(Mode::Release);
            scratch.size()
        });
        (lines, bytes)
    };
    let designs = &Design::ALL[1..];
    let found: Vec<_> = designs.iter().map(|design| sized(*design)).collect();
    let row = |(design, (lines, bytes)): (&Design, &(f64, f64))| {
        vec![design.title().to_owned(), number(*lines), number(*bytes)]
    };
    section.text("For each endpoint, types shared: lines that rustc sees after expansion, and bytes of a stripped binary.");
    section.table(
        &["client", "expanded lines", "bytes"],
        &designs.iter().zip(&found).map(row).collect::<Vec<_>>(),
    );
    if let [ours, hand, ..] = found[..] {
        section.at_most("expanded lines of an endpoint", ours.0, 25.0);
        section.at_most("bytes of an endpoint in the binary, by hand = 1", ours.1 / hand.1, 1.0);
    }
}
