//! Starts and controls a client process, which runs this program or the second build of this program.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::outage::Sends;
use crate::server::Guard;
use crate::threads::Round;
use crate::users::Users;

/// The executable that each client process runs.
pub struct Client {
    pub program: PathBuf,
}

/// The results of a client that made calls from many tasks for a fixed time.
#[derive(Deserialize, Serialize)]
pub struct Rush {
    pub per_second: f64,
    /// The CPU time per call, in microseconds.
    pub microseconds: f64,
}

/// The results of a client whose callers all had an expired token.
#[derive(Deserialize, Serialize)]
pub struct Storm {
    /// The number of calls in progress at the first rejection.
    pub in_flight: u64,
    pub failed: u64,
    pub milliseconds: u64,
}

/// Measurements of callers with an expired token: their memory use and the number of open requests, recorded each time
/// the client process is idle.
#[derive(Deserialize, Serialize)]
pub struct Crowd {
    /// The number of bytes that the callers have allocated.
    pub held: Vec<usize>,
    /// The number of requests that are waiting for a response.
    pub asked: Vec<usize>,
}

/// A client process that makes calls on command. Dropping this value stops the process.
pub struct Rushing {
    process: Child,
    orders: ChildStdin,
    results: BufReader<ChildStdout>,
}

impl Rushing {
    pub fn rush(&mut self, time: Duration) -> Rush {
        writeln!(self.orders, "{}", time.as_millis()).expect("the client reads its stdin");
        let mut result = String::new();
        self.results.read_line(&mut result).expect("it answers");
        serde_json::from_str(&result).expect("what it did")
    }
}

impl Drop for Rushing {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Client {
    pub fn this() -> Self {
        Self { program: std::env::current_exe().expect("this program") }
    }

    /// Starts a process that makes calls from `tasks` tasks on command.
    pub fn rushing(&self, contender: &str, base: &str, tasks: usize) -> Rushing {
        let mut command = Command::new(&self.program);
        command.args(["rush", contender, base, &tasks.to_string()]);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
        let orders = process.stdin.take().expect("it is piped");
        let results = BufReader::new(process.stdout.take().expect("it is piped"));
        Rushing { process, orders, results }
    }

    /// Makes one call from each of `callers` tasks.
    pub fn storm(&self, contender: &str, base: &str, callers: usize) -> Storm {
        self.said(&["storm", contender, base, &callers.to_string()])
    }

    /// Makes one call from each of `callers` tasks to an in-memory server. If `late` is `true`, all calls except the
    /// first start while the token is being refreshed.
    pub fn crowd(&self, contender: &str, guard: Guard, late: bool, callers: usize) -> Crowd {
        let when = if late { "late" } else { "together" };
        self.said(&["crowd", contender, guard.name(), when, &callers.to_string()])
    }

    /// Makes calls from several threads, alternating between calls with and without a session.
    pub fn threads(&self, rounds: usize, calls: usize) -> Vec<Round> {
        self.said(&["threads", &rounds.to_string(), &calls.to_string()])
    }

    pub fn users(&self, way: &str, base: &str, users: u64) -> Users {
        self.said(&["users", way, base, &users.to_string()])
    }

    pub fn outage(&self, callers: usize) -> [Sends; 2] {
        self.said(&["outage", &callers.to_string()])
    }

    fn said<T: DeserializeOwned>(&self, arguments: &[&str]) -> T {
        let output = Command::new(&self.program).args(arguments).output().expect("the program runs");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
    }
}
