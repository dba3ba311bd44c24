//! A mock server of somebody else's that validates each request against the document: `steady`, the package `@stdy/cli` of npm's.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::scratch::Program;
use crate::source::Package;

static STEADY: Package = Package {
    name: "@stdy/cli-linux-x64",
    version: "0.22.2",
    integrity: "sha512-kp5QdG26EC8gEzVXI0YgzmiiFHz7DFCNRLNfAWa2rDPHr/jUBnfkP8AlbTPmv0YNQpnKn1wzSWHFw88fn/OTog==",
};

/// What the documents themselves get wrong, by the operation and the code of what is said.
const OF_THE_DOCUMENT: &[(&str, &str)] = &[];

/// Whether the judge runs on this machine.
pub(crate) const RUNS_HERE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// Calls every operation of a document, and prints how many requests were accepted.
pub(crate) fn check(name: &str, document: &Path, program: &Program, folder: &Path, methods: usize) {
    let steady = Steady::start(document, folder);
    let said = program.run(&[&format!("http://127.0.0.1:{}", steady.port)], "");
    let requests = steady.stop();
    let is_judged = |diagnostic: &&Value| {
        let known = |(_, code): &(&str, &str)| diagnostic["code"] == *code;
        diagnostic["severity"] == "error" && !OF_THE_DOCUMENT.iter().any(known)
    };
    let mut wrong: Vec<String> = Vec::new();
    for request in &requests {
        let diagnostics = request["diagnostics"].as_array().into_iter().flatten();
        let errors: Vec<String> = diagnostics.filter(is_judged).map(Value::to_string).collect();
        if !errors.is_empty() {
            wrong.push(format!("{}: {}", request["request"], errors.join(", ")));
        }
    }
    let failed: Vec<&str> = said.lines().filter(|line| line.starts_with("failed ")).collect();
    println!(
        "{name}: {methods} methods called, {} requests, {} refused by the judge, {} answers not decoded",
        requests.len(),
        wrong.len(),
        failed.len(),
    );
    assert!(wrong.is_empty() && failed.is_empty(), "{name}:\n{wrong:#?}\n{failed:#?}");
    assert!(requests.len() >= methods, "{name}: {} requests of {methods} methods", requests.len());
}

/// A server that is killed with this value.
struct Steady {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Steady {
    fn start(document: &Path, folder: &Path) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let log = folder.join(format!("steady-{port}.log"));
        let out = File::create(&log).unwrap();
        let mut command = Command::new(STEADY.bring(folder).join("bin/steady"));
        command.args([
            "--host",
            "127.0.0.1",
            "--log-format",
            "json",
            "--no-color",
            "--port",
            &port.to_string(),
        ]);
        command.arg(document).stdin(Stdio::null()).stderr(out.try_clone().unwrap()).stdout(out);
        let mut steady = Self { child: command.spawn().unwrap(), port, log };
        for _ in 0..600 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return steady;
            }
            let ended = steady.child.try_wait().unwrap();
            assert!(ended.is_none(), "steady ended: {}", fs::read_to_string(&steady.log).unwrap());
            sleep(Duration::from_millis(100));
        }
        panic!("steady does not listen: {}", fs::read_to_string(&steady.log).unwrap());
    }

    /// All requests that it has seen.
    fn stop(self) -> Vec<Value> {
        let log = fs::read_to_string(&self.log).unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["type"] == "request").collect()
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.log);
    }
}
