//! What repeats exactly: instructions, by callgrind, and allocations, by this program's allocator, of a client's process.
//!
//! Two runs, one of twice as many calls: their difference is what the calls cost, without start and end.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::contender::FEIGNHTTP_PORT;
use crate::server::Server;

const CALLS: u64 = 400;
/// Longer than a client under callgrind takes from writing its request to waiting for the answer.
const PAUSE: Duration = Duration::from_micros(600);

/// What one call costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub instructions: f64,
    pub allocations: f64,
    pub bytes: f64,
}

/// What calls of these subjects cost; two are measured at a time.
pub fn of(subjects: &[&str]) -> Vec<Cost> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let costs = std::sync::Mutex::new(vec![None; subjects.len()]);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(subject) = subjects.get(index) else { break };
                    let cost = one(subject);
                    eprintln!(
                        "{subject}: {:.0} instructions, {:.2} allocations",
                        cost.instructions, cost.allocations
                    );
                    costs.lock().expect("no panic")[index] = Some(cost);
                }
            });
        }
    });
    costs.into_inner().expect("no panic").into_iter().flatten().collect()
}

fn one(subject: &str) -> Cost {
    let port = if subject == "feignhttp" { FEIGNHTTP_PORT } else { 0 };
    let instructions = {
        let server = Server::start(port, PAUSE);
        let [once, twice] = [CALLS, 2 * CALLS].map(|calls| instructions(subject, &server.base, calls));
        (twice - once) as f64 / CALLS as f64
    };
    let server = Server::start(port, Duration::ZERO);
    let [once, twice] = [CALLS, 2 * CALLS].map(|calls| asked(subject, &server.base, calls));
    let per_call = |once: u64, twice: u64| (twice - once) as f64 / CALLS as f64;
    Cost { instructions, allocations: per_call(once.0, twice.0), bytes: per_call(once.1, twice.1) }
}

fn instructions(subject: &str, base: &str, calls: u64) -> u64 {
    let profile = profile(subject, calls);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(std::env::current_exe().expect("this program"));
    command.args(["call", subject, base, &calls.to_string()]);
    let status = command.status().expect("valgrind is installed");
    assert!(status.success(), "{subject} failed under callgrind");
    let profile = std::fs::read_to_string(profile).expect("callgrind's profile");
    let total =
        profile.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    total.and_then(|total| total.trim().parse().ok()).expect("a total in callgrind's profile")
}

/// Where a subject's profile is kept, for who wants to look at it with `callgrind_annotate`.
fn profile(subject: &str, calls: u64) -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    let folder = program.parent().expect("a folder").join("profiles");
    std::fs::create_dir_all(&folder).expect("a folder that can be written");
    folder.join(format!("{}-{calls}.callgrind", subject.replace([':', '/'], "-")))
}

fn asked(subject: &str, base: &str, calls: u64) -> (u64, u64) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["call", subject, base, &calls.to_string(), "allocations"]);
    let output = command.output().expect("this program runs");
    assert!(output.status.success(), "{subject} failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(|number| number.parse().expect("a number"));
    (numbers.next().expect("allocations"), numbers.next().expect("bytes"))
}
