//! A worker process (`src/bin/worker`), with functions that send commands to it, read its output, and kill it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// A time limit that only a failing test reaches.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A worker process, which is killed when this value is dropped.
pub struct Process {
    pub name: String,
    child: Child,
    orders: ChildStdin,
    lines: UnboundedReceiver<String>,
}

impl Process {
    /// Starts a process that calls the shop at `origin` and keeps its session in a store. The process sends `name` in
    /// the `x-worker` header, so that the server can identify the process.
    pub fn start(name: &str, origin: &str, store: &[String]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_afresh-tests-worker"))
            .args([name, origin])
            .args(store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (said, lines) = unbounded_channel();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| said.send(line))
        });
        Self { name: name.to_owned(), child, orders, lines }
    }

    pub fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    /// Makes the process call the shop, and returns the output `well` or the call's error.
    pub async fn call(&mut self) -> String {
        self.tell("call");
        self.says("called: ").await
    }

    /// Waits for a line that starts with the given prefix, and returns the rest of the line.
    pub async fn says(&mut self, beginning: &str) -> String {
        let said = async {
            loop {
                let line = self.lines.recv().await.unwrap_or_else(|| panic!("{} has ended", self.name));
                if let Some(rest) = line.strip_prefix(beginning) {
                    return rest.to_owned();
                }
            }
        };
        let waited = timeout(TIME_LIMIT, said).await;
        waited.unwrap_or_else(|_| panic!("{} does not print {beginning:?}", self.name))
    }

    /// Returns the next line that the process has printed, or `None` if there is no new line.
    pub fn line(&mut self) -> Option<String> {
        self.lines.try_recv().ok()
    }

    /// Kills the process abruptly, as in a crash. When this function returns, no thread of the process is running.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Makes `main` return in the process, and waits until the process has exited.
    pub fn exit(&mut self) {
        self.tell("return");
        self.child.wait().unwrap();
    }

    /// Suspends the process. After this function returns, no thread of the process runs until the process is resumed.
    pub fn suspend(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
        // After the stop signal, the other threads keep running until the thread that received the signal has stopped
        // them.
        let (_, status) = waitpid(Some(self.pid()), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped());
    }

    pub fn wake(&self) {
        kill_process(self.pid(), Signal::CONT).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
