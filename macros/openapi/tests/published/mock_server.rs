//! Runs a third-party mock server that validates each request against the document. The server is `steady`, the npm
//! package `@stdy/cli`.

use std::fs::{self, File};
use std::io::{Read, Write};
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

/// The operations for which the mock server returns a response that violates the response schema, each with the name of
/// its document.
const INVALID: &[(&str, &str)] = &[
    // If two parts of an `allOf` both describe a property, the mock server uses only the later description.
    ("Figma (3.1)", "GET /v1/files/{file_key}"),
];

const NOTHING: &str = "/no/such/path";

/// Whether the mock server is available for this platform.
pub(crate) const RUNS_HERE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

pub(crate) fn check(name: &str, document: &Value, program: &Program, folder: &Path, methods: usize) {
    let steady = Steady::start(document, folder);
    let said = program.run(&[&format!("http://127.0.0.1:{}", steady.port)], "");
    steady.ask_for_nothing();
    let mut requests = steady.stop();
    // A mock server that accepts a request for an unknown path does not validate requests.
    assert!(requests.pop().is_some_and(|request| !errors(&request).is_empty()));
    let wrong: Vec<String> = requests
        .iter()
        .map(|request| (request, errors(request)))
        .filter(|(_, errors)| !errors.is_empty())
        .map(|(request, errors)| format!("{}: {}", request["request"], errors.join(", ")))
        .collect();
    let is_invalid = |line: &str| {
        INVALID.iter().any(|(document, operation)| {
            *document == name && line.starts_with(&format!("failed {operation}: Other(Error {{ kind: Decode"))
        })
    };
    let failed: Vec<&str> =
        said.lines().filter(|line| line.starts_with("failed ") && !is_invalid(line)).collect();
    println!(
        "{name}: {methods} methods called, {} requests, {} refused by the mock server, {} answers not decoded",
        requests.len(),
        wrong.len(),
        failed.len(),
    );
    assert!(wrong.is_empty() && failed.is_empty(), "{name}:\n{wrong:#?}\n{failed:#?}");
    assert!(requests.len() >= methods, "{name}: {} requests of {methods} methods", requests.len());
}

fn errors(request: &Value) -> Vec<String> {
    let diagnostics = request["diagnostics"].as_array().into_iter().flatten();
    diagnostics.filter(|diagnostic| diagnostic["severity"] == "error").map(Value::to_string).collect()
}

/// A running mock server. Dropping this value stops the server.
struct Steady {
    child: Child,
    port: u16,
    log: PathBuf,
    file: PathBuf,
}

impl Steady {
    fn start(document: &Value, folder: &Path) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let log = folder.join(format!("steady-{port}.log"));
        let file = folder.join(format!("steady-{port}.json"));
        fs::write(&file, document.to_string()).unwrap();
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
        command.arg(&file).stdin(Stdio::null()).stderr(out.try_clone().unwrap()).stdout(out);
        let mut steady = Self { child: command.spawn().unwrap(), port, log, file };
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

    fn ask_for_nothing(&self) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        write!(stream, "GET {NOTHING} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }

    /// Stops the mock server and returns all logged requests, including the final request for `NOTHING`, a path that no
    /// document contains.
    fn stop(self) -> Vec<Value> {
        for _ in 0..100 {
            let log = fs::read_to_string(&self.log).unwrap();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let requests: Vec<Value> = lines.filter(|line| line["type"] == "request").collect();
            if requests.last().is_some_and(|request| request["request"]["path"] == NOTHING) {
                return requests;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("steady does not log the last request");
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = (fs::remove_file(&self.log), fs::remove_file(&self.file));
    }
}
