//! Starts a real `redis-server` for one test.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A Redis server for one test, on a free loopback port, with an append-only file. Dropping this value stops the server
/// and removes the server's files.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: PathBuf,
    process: Child,
}

impl RedisServer {
    /// Whether `redis-server` is installed.
    #[must_use]
    pub fn is_installed() -> bool {
        Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_ok()
    }

    /// Starts a server. Returns `None` if `redis-server` is not installed; the package `afresh-tests-skipped` then
    /// reports that the tests were skipped.
    ///
    /// # Panics
    ///
    /// Panics if the server does not start, or if `redis-server` is not installed and `AFRESH_REQUIRE_REDIS` is set.
    #[must_use]
    pub fn start() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if !Self::is_installed() {
            let required = std::env::var_os("AFRESH_REQUIRE_REDIS").is_some();
            assert!(!required, "redis-server is required but not installed");
            return None;
        }
        let name = format!("afresh-redis-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder for Redis");
        // Another process can bind the port before Redis does, so each attempt uses a different port.
        for _ in 0..5 {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
            let port = listener.local_addr().expect("a bound socket has an address").port();
            drop(listener);
            let mut server = Self { port, process: spawn(port, &folder), folder: folder.clone() };
            if server.comes_up() {
                return Some(server);
            }
            // The next attempt to start Redis uses the same directory, so dropping this server must not remove the
            // directory.
            server.folder = PathBuf::new();
        }
        panic!("redis-server does not start");
    }

    /// Returns the server's URL, such as `redis://127.0.0.1:49152/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Kills the process to simulate a crash. The data in the append-only file is kept.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be killed.
    pub fn kill(&mut self) {
        self.process.kill().expect("this process owns the server");
        self.process.wait().expect("this process owns the server");
    }

    /// Starts the server again on the same port, with the data in the append-only file.
    ///
    /// # Panics
    ///
    /// Panics if the server does not start.
    pub fn restart(&mut self) {
        self.kill();
        self.process = spawn(self.port, &self.folder);
        assert!(self.comes_up(), "redis-server does not start again");
    }

    /// Suspends the process: the server receives commands but does not answer them.
    ///
    /// # Panics
    ///
    /// Panics if the signal cannot be sent.
    pub fn stall(&self) {
        self.signal("STOP");
    }

    /// Resumes the process. After the process has resumed, the server executes the commands that it received while it
    /// was suspended.
    ///
    /// # Panics
    ///
    /// Panics if the signal cannot be sent.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status();
        assert!(status.expect("the signal is sent").success(), "the signal is sent");
    }

    /// Returns the process ID, so that a test can send signals to the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    fn comes_up(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if self.process.try_wait().expect("this process owns the server").is_some() {
                return false;
            }
            if self.answers() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    fn answers(&self) -> bool {
        use std::io::Read;
        let ask = || {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 5];
            stream.read_exact(&mut answer)?;
            std::io::Result::Ok(&answer == b"+PONG")
        };
        ask().unwrap_or(false)
    }
}

fn spawn(port: u16, folder: &std::path::Path) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
        .arg("--dir")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server starts")
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !self.folder.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
