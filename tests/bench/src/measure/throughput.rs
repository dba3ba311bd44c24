//! Measures the calls per second of each client, compared with handwritten reqwest code.

use std::time::Duration;

use crate::again;
use crate::client::{Client, Rush, Rushing};
use crate::contender::{self, FEIGNHTTP_PORT};
use crate::plot::Bars;
use crate::section::{Section, median, number};
use crate::server::Server;

/// The number of generations. Each generation starts new processes, so that the memory layout of a single process does
/// not bias the result.
const GENERATIONS: usize = 3;
/// The number of time slices that each client runs in a generation. Time slices are short so that a disturbance on the
/// machine affects all clients in a round.
const SLICES: usize = 24;
const SLICE: Duration = Duration::from_millis(100);
const TASKS: [usize; 2] = [64, 512];

pub fn measure() -> Section {
    let mut section = Section::new(
        "Calls per second",
        "Many tasks concurrently make the call that the first table measures, each over its own connection. The client\n\
         uses one thread. The server is a separate process with one thread. In every round, the clients take turns,\n\
         and each client runs for 0.1 seconds. For each client, the table shows the median ratio to reqwest by hand\n\
         in the same round and the median CPU time per call.",
    );
    let names = contender::ALL.map(|(name, _)| name);
    let rows = interleaved(&Client::this(), &names, 0);
    tables(&mut section, &contender::ALL, &rows);
    section.text("![calls per second](plots/throughput.svg)");
    let bars = names.iter().zip(&rows).map(|(name, row)| ((*name).to_owned(), row[0].ratio));
    Bars {
        title: "Calls per second with 64 tasks, reqwest by hand = 1",
        ours: "afresh",
        bars: bars.collect(),
    }
    .write("throughput");
    for (name, over, least) in [("afresh", "", 1.08), ("afresh-hyper", " through the hyper transport", 1.5)] {
        let row = names.iter().position(|other| *other == name).and_then(|index| rows.get(index));
        for (tasks, found) in TASKS.iter().zip(row.expect("a contender")) {
            let name =
                format!("calls per second{over} with {tasks} tasks, relative to handwritten reqwest code");
            section.at_least(&name, found.ratio, least);
        }
    }
    section.text("The next table shows the results with the default features of reqwest and afresh.");
    let names = ["reqwest", "afresh", "feignhttp"];
    let rows = interleaved(&again::over_defaults(), &names, FEIGNHTTP_PORT);
    tables(&mut section, &names.map(|name| (name, name)), &rows);
    section
}

struct Found {
    ratio: f64,
    per_second: f64,
    microseconds: f64,
}

fn tables(section: &mut Section, names: &[(&str, &str)], rows: &[[Found; 2]]) {
    let columns =
        ["client", "64 tasks, ratio", "calls/s", "CPU µs/call", "512 tasks, ratio", "calls/s", "CPU µs/call"];
    let cells = |found: &Found| {
        [format!("{:.2}", found.ratio), number(found.per_second), format!("{:.1}", found.microseconds)]
    };
    let rows = names.iter().zip(rows).map(|((_, title), row)| {
        std::iter::once((*title).to_owned()).chain(row.iter().flat_map(cells)).collect()
    });
    section.table(&columns, &rows.collect::<Vec<_>>());
}

fn interleaved(client: &Client, names: &[&str], port: u16) -> Vec<[Found; 2]> {
    let server = Server::terse(port);
    let measured = TASKS.map(|tasks| {
        let mut rounds: Vec<Vec<Rush>> = Vec::new();
        for _ in 0..GENERATIONS {
            let clients = names.iter().map(|name| client.rushing(name, &server.base, tasks));
            let mut clients: Vec<Rushing> = clients.collect();
            // The first time slice opens the connections and is not measured.
            clients.iter_mut().for_each(|client| drop(client.rush(SLICE)));
            for _ in 0..SLICES {
                rounds.push(clients.iter_mut().map(|client| client.rush(SLICE)).collect());
            }
        }
        rounds
    });
    let hand = names.iter().position(|name| *name == "reqwest").expect("reqwest is always among the clients");
    let found = |index: usize| {
        measured.each_ref().map(|rounds| {
            let all = |of: &dyn Fn(&Vec<Rush>) -> f64| median(rounds.iter().map(of).collect());
            Found {
                ratio: all(&|round| round[index].per_second / round[hand].per_second),
                per_second: all(&|round| round[index].per_second),
                microseconds: all(&|round| round[index].microseconds),
            }
        })
    };
    (0..names.len()).map(found).collect()
}
