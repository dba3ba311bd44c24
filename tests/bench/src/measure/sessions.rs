//! What a live session adds to a call: counted, and timed on several threads.

use std::process::Command;

use crate::counts;
use crate::section::{Section, median, number};
use crate::session;

const THREADS: [usize; 4] = [1, 2, 4, 8];
const CALLS_OF_A_THREAD: usize = 20_000;
const ROUNDS: usize = 7;

pub fn measure() -> Section {
    let mut section = Section::new(
        "What a session costs where nothing happens to it",
        "The call of the first table, through afresh. The second row sends the same bytes as the third; what is left of the\n\
         first is what a header costs in hyper and on the wire. The target is held to the difference of the last two rows, and so\n\
         does CI: that of the rows over a socket is from 0 to 700, as the allocator finds room.",
    );
    let ways = session::WAYS.iter().chain(&session::AT_ONCE);
    let subjects: Vec<String> = ways.clone().map(|(way, _)| format!("session:{way}")).collect();
    let costs = counts::of(&subjects.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = ways.zip(&costs).map(|((_, title), cost)| {
        vec![(*title).to_owned(), number(cost.instructions), number(cost.allocations)]
    });
    section.table(&["client", "instructions", "allocations"], &rows.collect::<Vec<_>>());
    if let [_, header, live, header_at_once, live_at_once] = costs[..] {
        let held = live_at_once.instructions - header_at_once.instructions;
        section.at_most("instructions of a session", held, 600.0);
        section.at_most("allocations of a session", live.allocations - header.allocations, 0.0);
        section.count("session over a transport that answers at once, instructions", held);
        section.count("session, allocations", live.allocations - header.allocations);
    }
    threads(&mut section);
    section
}

/// Times, so nothing that CI could hold anybody to; but it is over in seconds.
fn threads(section: &mut Section) {
    let mut rows = Vec::new();
    let mut added = Vec::new();
    for threads in THREADS {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (way, times) in ["header", "live"].iter().zip(&mut times) {
                times.push(nanoseconds(way, threads));
            }
        }
        let difference = median(times[1].iter().zip(&times[0]).map(|(live, header)| live - header).collect());
        let [header, live] = times.map(median);
        added.push(difference);
        rows.push(vec![
            threads.to_string(),
            number(header.round()),
            number(live.round()),
            number(difference.round()),
        ]);
    }
    section.text(
        "The same on several threads that share one client, over a transport that answers at once: nanoseconds of CPU for a\n\
         call, the median of seven interleaved rounds.",
    );
    section.table(
        &["threads", "no session, the token as a default header", "a live session", "the session's part"],
        &rows,
    );
    let [alone, .., many] = added[..] else { return };
    section.at_most(
        "nanoseconds that a session takes more on 8 threads than on 1",
        (many - alone).round(),
        100.0,
    );
}

fn nanoseconds(way: &str, threads: usize) -> f64 {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["threads", way, &threads.to_string(), &CALLS_OF_A_THREAD.to_string()]);
    let output = command.output().expect("this program runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("nanoseconds")
}
