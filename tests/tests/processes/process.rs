//! A worker (`src/bin/worker`) that is watched, told and killed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// Longer than anything takes that is not wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process. It ends with this handle.
pub struct Process {
    pub name: String,
    child: Child,
    orders: ChildStdin,
    lines: UnboundedReceiver<String>,
}

impl Process {
    /// Starts one that calls a shop there, with its session in a store. It is known to the server by its name.
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

    /// Makes a call; what became of it: `well`, or what went wrong.
    pub async fn call(&mut self) -> String {
        self.tell("call");
        self.says("called: ").await
    }

    /// Waits for a line that begins so; the rest of it.
    pub async fn says(&mut self, beginning: &str) -> String {
        let said = async {
            loop {
                let line = self.lines.recv().await.unwrap_or_else(|| panic!("{} has ended", self.name));
                if let Some(rest) = line.strip_prefix(beginning) {
                    return rest.to_owned();
                }
            }
        };
        let waited = timeout(PATIENCE, said).await;
        waited.unwrap_or_else(|_| panic!("{} does not say {beginning:?}", self.name))
    }

    /// A line, if it has said one.
    pub fn line(&mut self) -> Option<String> {
        self.lines.try_recv().ok()
    }

    /// As a crash ends it: nothing in it runs any more, when this returns.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Nothing in it runs any more, when this returns, until it is woken.
    pub fn suspend(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
        // Other threads of it run on until the one that takes the signal has stopped them all.
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
