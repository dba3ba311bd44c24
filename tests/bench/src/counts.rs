//! Measures values that are the same in every run: instructions, counted by callgrind, and allocations, counted by this
//! program's allocator.
//!
//! Each measurement consists of two runs; the second run makes twice as many calls as the first. The difference between
//! the two runs is the cost of the calls, without the startup and exit of the process.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::again;
use crate::allocator::Asked;
use crate::client::Client;
use crate::contender::FEIGNHTTP_PORT;
use crate::server::Server;

const CALLS: u64 = 200;
/// The server's delay before each response. The delay is long enough for a client under callgrind to start waiting for
/// the response.
const PAUSE: Duration = Duration::from_micros(600);

#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub instructions: f64,
    pub allocations: f64,
    pub growths: f64,
    pub bytes: f64,
}

pub fn of(subjects: &[&str]) -> Vec<Cost> {
    several(&Client::this(), subjects, CALLS)
}

/// Returns the cost of one call for each subject, measured over `calls` calls.
pub fn of_calls(subjects: &[&str], calls: u64) -> Vec<Cost> {
    several(&Client::this(), subjects, calls)
}

/// Returns the cost of one call for each subject, measured in the program that `client` runs.
pub fn by(client: &Client, subjects: &[&str]) -> Vec<Cost> {
    several(client, subjects, CALLS)
}

fn several(client: &Client, subjects: &[&str], calls: u64) -> Vec<Cost> {
    let next = AtomicUsize::new(0);
    let costs = Mutex::new(vec![None; subjects.len()]);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(subject) = subjects.get(index) else { break };
            let cost = one(client, subject, calls);
            eprintln!(
                "{subject}: {:.0} instructions, {:.2} allocations",
                cost.instructions, cost.allocations
            );
            costs.lock().expect("no panic")[index] = Some(cost);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    costs.into_inner().expect("no panic").into_iter().flatten().collect()
}

fn one(client: &Client, subject: &str, calls: u64) -> Cost {
    let port = if subject == "feignhttp" { FEIGNHTTP_PORT } else { 0 };
    let instructions = {
        let server = Server::start(port, PAUSE);
        let [once, twice] =
            [calls, 2 * calls].map(|calls| instructions(client, subject, &server.base, calls));
        (twice - once) as f64 / calls as f64
    };
    let server = Server::start(port, Duration::ZERO);
    let [once, twice] = [calls, 2 * calls].map(|calls| asked(client, subject, &server.base, calls));
    let per_call = |of: fn(&Asked) -> u64| (of(&twice) as f64 - of(&once) as f64) / calls as f64;
    Cost {
        instructions,
        allocations: per_call(|asked| asked.allocations),
        growths: per_call(|asked| asked.growths),
        bytes: per_call(|asked| asked.bytes),
    }
}

fn instructions(client: &Client, subject: &str, base: &str, calls: u64) -> u64 {
    let profile = profile(client, subject, calls);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(&client.program).args(["call", subject, base, &calls.to_string()]);
    let status = command.status().expect("valgrind is installed");
    assert!(status.success(), "{subject} failed under callgrind");
    let profile = std::fs::read_to_string(profile).expect("callgrind's profile");
    let total =
        profile.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    total.and_then(|total| total.trim().parse().ok()).expect("a total in callgrind's profile")
}

/// Returns the path of a subject's profile, which `callgrind_annotate` can read.
fn profile(client: &Client, subject: &str, calls: u64) -> PathBuf {
    let kind = if client.program == Client::this().program { "profiles" } else { "profiles-over-defaults" };
    again::folder(kind).join(format!("{}-{calls}.callgrind", subject.replace([':', '/'], "-")))
}

fn asked(client: &Client, subject: &str, base: &str, calls: u64) -> Asked {
    let mut command = Command::new(&client.program);
    command.args(["call", subject, base, &calls.to_string(), "allocations"]);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{subject} failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("counts")
}
