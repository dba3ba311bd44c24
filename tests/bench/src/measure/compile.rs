//! Measures the build cost of an API with 200 endpoints: CPU time, expanded lines, and bytes in the binary.

mod crates;
mod sources;
mod times;

use self::crates::{Mode, Scratch};
use self::sources::{Design, Types};
use self::times::{COLUMNS, Samples};
use crate::plot::Bars;
use crate::section::{Section, number};

const ENDPOINTS: usize = 200;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Build cost of an API with 200 endpoints",
        "The table shows the CPU seconds that cargo and rustc need for a program that calls each of 200 endpoints\n\
         once. Each build reuses dependencies that were built earlier. The first number in each cell is the result with types that all\n\
         endpoints share. The second number in each cell is the result with a separate pair of types for each\n\
         endpoint. The column \"after an edit\" shows a debug build after the path of one endpoint was changed. Each\n\
         value is the mean of the faster half of the rounds. Builds of afresh and of the handwritten functions\n\
         take turns, and each of these two builds is measured more times than any other build.",
    );
    let scratch = Scratch::new();
    let samples = [Types::Shared, Types::Distinct].map(|types| times::measure(&scratch, types));
    let row = |(index, design): (usize, &Design)| {
        let [shared, distinct] = samples.each_ref().map(|samples| &samples[index]);
        let cell = |column: usize| format!("{:.2} / {:.1}", shared.time(column), distinct.time(column));
        std::iter::once(design.title().to_owned()).chain((0..COLUMNS.len()).map(cell)).collect()
    };
    let rows: Vec<Vec<String>> = Design::ALL.iter().enumerate().map(row).collect();
    let columns: Vec<&str> = std::iter::once("client").chain(COLUMNS).collect();
    section.table(&columns, &rows);
    section.text("![CPU seconds of a release build](plots/compile.svg)");
    let bars = Design::ALL.iter().zip(&samples[0]);
    let bars = bars.map(|(design, samples)| (design.name().to_owned(), samples.time(RELEASE)));
    Bars { title: "CPU seconds of a release build, types shared", ours: "afresh", bars: bars.collect() }
        .write("compile");
    held_against_by_hand(&mut section, &samples);
    held_against_others(&mut section, &samples[0]);
    sizes(&mut section, &scratch);
    section
}

/// The index of the column for release builds.
const RELEASE: usize = 2;

fn of(samples: &[Samples], design: Design) -> &Samples {
    &samples[Design::ALL.iter().position(|other| *other == design).expect("a design of the list")]
}

/// Compares the build times of the `afresh` program with those of the handwritten program, for every column of the
/// table. Each ratio is also computed for the even and the odd measurement rounds separately; the difference between
/// the two results shows how precise the ratio is.
fn held_against_by_hand(section: &mut Section, samples: &[Vec<Samples>; 2]) {
    let mut rows = Vec::new();
    for (types, samples) in ["shared", "distinct"].iter().zip(samples) {
        let (ours, hand) = (of(samples, Design::Afresh), of(samples, Design::ByHand));
        let mut row = vec![format!("types {types}")];
        for (index, column) in COLUMNS.iter().enumerate() {
            let ratio = ours.time(index) / hand.time(index);
            let [even, odd] = [0, 1].map(|half| ours.halves(index)[half] / hand.halves(index)[half]);
            let (least, most) = (even.min(odd).min(ratio), even.max(odd).max(ratio));
            row.push(format!("{ratio:.2} ({least:.2} to {most:.2})"));
            section.at_most(
                &format!("build time ({column}) with {types} types, relative to handwritten functions"),
                ratio,
                1.0,
            );
        }
        rows.push(row);
    }
    section.text(
        "The next table shows the CPU time of afresh builds relative to builds of the handwritten functions. The\n\
         range in parentheses covers the values from the even rounds and the odd rounds. If the range includes 1,\n\
         there is no measurable difference.",
    );
    let columns: Vec<&str> = std::iter::once("").chain(COLUMNS).collect();
    section.table(&columns, &rows);
}

fn held_against_others(section: &mut Section, shared: &[Samples]) {
    let ours = of(shared, Design::Afresh);
    for (design, limit) in [(Design::Feignhttp, 0.5), (Design::Progenitor, 0.65)] {
        let theirs = of(shared, design);
        let ratios = (0..COLUMNS.len()).map(|column| ours.time(column) / theirs.time(column));
        let worst = ratios.fold(0.0, f64::max);
        section.at_most(
            &format!("highest build time ratio with shared types, compared with {}", design.name()),
            worst,
            limit,
        );
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
    section.text("The next table shows the cost of one endpoint with shared types: lines after macro expansion, and bytes in a stripped binary.");
    section.table(
        &["client", "expanded lines", "bytes"],
        &designs.iter().zip(&found).map(row).collect::<Vec<_>>(),
    );
    if let [ours, hand, ..] = found[..] {
        section.at_most("lines per endpoint after macro expansion", ours.0, 25.0);
        section.at_most(
            "bytes per endpoint in the binary, relative to handwritten functions",
            ours.1 / hand.1,
            1.0,
        );
    }
}
