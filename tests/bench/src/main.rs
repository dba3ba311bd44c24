//! Measures the cost of a call through afresh and through alternative clients.
//!
//! Without arguments, the program runs all measurements, writes `RESULTS.md`, and fails if a target is missed. With the
//! argument `counts`, the program runs only the measurements that give the same result in every run, and fails if a
//! count exceeds the recorded count in `counts.tsv`.

mod again;
mod allocator;
mod baseline;
mod blocking;
mod caller;
mod client;
mod contender;
mod counts;
mod crowd;
mod in_memory;
mod item;
mod kind;
mod large;
mod measure;
mod outage;
mod page;
mod plot;
mod rush;
mod section;
mod server;
mod session;
mod streams;
mod threads;
mod usage;
mod users;

use std::process::ExitCode;
use std::time::Duration;

use crate::section::{Section, table};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        // The program passes the following arguments to its child processes.
        ["serve", port, pause] => server::serve(number(port), Duration::from_micros(number(pause))),
        ["terse", port] => server::serve_tersely(number(port)),
        ["guard", guard] => server::serve_guarded(guard),
        ["call", subject, base, calls] => caller::run(subject, base, number(calls), false),
        ["call", subject, base, calls, "allocations"] => caller::run(subject, base, number(calls), true),
        ["threads", slices, calls] => threads::run(number(slices), number(calls)),
        ["rush", contender, base, tasks] => rush::run(contender, base, number(tasks)),
        ["storm", contender, base, callers] => rush::run_storm(contender, base, number(callers)),
        ["crowd", contender, guard, when, callers] => {
            crowd::run(contender, guard, when == "late", number(callers));
        }
        ["users", way, base, users] => users::run(way, base, number(users)),
        ["outage", callers] => outage::run(number(callers)),
        ["serve-users"] => server::serve_users(),
        // Users pass these arguments.
        ["counts"] => return counts_only(false),
        ["record"] => return counts_only(true),
        _ => return bench(&arguments),
    }
    ExitCode::SUCCESS
}

/// Runs the named measurements, or all measurements if `names` is empty.
fn bench(names: &[&str]) -> ExitCode {
    let unknown = names.iter().find(|name| !measure::ALL.iter().any(|(other, _)| other == *name));
    if let Some(unknown) = unknown {
        let all = measure::ALL.map(|(name, _)| name).join(", ");
        eprintln!("unknown measurement `{unknown}`, expected one of counts, record, {all}");
        return ExitCode::from(2);
    }
    let chosen = measure::ALL.into_iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let sections: Vec<Section> = chosen.map(page::measure).collect();
    let page = page::compose();
    println!("{page}");
    page::write(&page);
    let missed = sections.iter().flat_map(|section| &section.targets).filter(|target| !target.met);
    failed(
        "missed",
        missed.map(|target| format!("{}: {}, found {}", target.name, target.limit, target.found)),
    )
}

fn counts_only(record: bool) -> ExitCode {
    let sections = measure::COUNTS.map(page::measure);
    for section in &sections {
        println!("{}", section.text);
    }
    let counts: Vec<(String, f64)> = sections.into_iter().flat_map(|section| section.counts).collect();
    let rows: Vec<Vec<String>> =
        counts.iter().map(|(name, count)| vec![name.clone(), format!("{count:.3}")]).collect();
    println!("\n## Counts\n\n{}", table(&["count", "found"], &rows));
    if record {
        baseline::record(&counts);
        return ExitCode::SUCCESS;
    }
    failed("worse", baseline::worse(&counts).into_iter())
}

fn failed(what: &str, found: impl Iterator<Item = String>) -> ExitCode {
    let found: Vec<String> = found.collect();
    for line in &found {
        eprintln!("{what}: {line}");
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is not a number"))
}
