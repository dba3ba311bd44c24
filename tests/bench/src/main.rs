//! Measures what a call costs through afresh and through what people use instead, side by side.
//!
//! Without arguments it measures everything, writes `RESULTS.md` and fails if a target is missed. `counts` measures what
//! repeats exactly, and fails if something has become worse than `counts.tsv` says.

mod allocator;
mod caller;
mod contender;
mod counts;
mod item;
mod kind;
mod measure;
mod report;
mod server;
mod session;

use std::process::ExitCode;
use std::time::Duration;

use crate::report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        // What this program starts itself.
        ["serve", port, pause] => server::serve(number(port), Duration::from_micros(number(pause))),
        ["call", subject, base, calls] => caller::run(subject, base, number(calls), false),
        ["call", subject, base, calls, "allocations"] => caller::run(subject, base, number(calls), true),
        // What people start.
        [] | ["counts"] => return bench(),
        _ => {
            eprintln!("usage: afresh-bench [counts]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn bench() -> ExitCode {
    let mut report = Report::default();
    measure::calls::measure(&mut report);
    measure::sessions::measure(&mut report);
    measure::kinds::measure(&mut report);
    println!("{}", report.page("# What a call costs\n"));
    let missed = report.missed();
    for name in &missed {
        eprintln!("missed: {name}");
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}
