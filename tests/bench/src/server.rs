//! The benchmark server: a separate process with one thread, which listens on the loopback interface and responds from
//! memory.

pub mod answers;
pub mod guard;
mod terse;
pub mod users;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream as Socket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

pub use self::guard::{Guard, Reported};
use crate::usage;

/// A server process. Dropping this value stops the process.
pub struct Server {
    process: Child,
    pub base: String,
}

impl Server {
    /// Starts a server that accepts every request on `port`, or on any free port if `port` is 0. The server delays each
    /// response by `pause`, so that even a client slowed down by callgrind has to wait for the response.
    pub fn start(port: u16, pause: Duration) -> Self {
        Self::process(&["serve", &port.to_string(), &pause.as_micros().to_string()])
    }

    /// Starts a minimal server that accepts every request on `port`, or on any free port if `port` is 0.
    pub fn terse(port: u16) -> Self {
        Self::process(&["terse", &port.to_string()])
    }

    /// Starts a server that treats every client's first token as expired.
    pub fn guarded(guard: Guard) -> Self {
        Self::process(&["guard", guard.name()])
    }

    /// Starts a server for many users whose first tokens have expired.
    pub fn of_users() -> Self {
        Self::process(&["serve-users"])
    }

    fn process(arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let mut process = command.args(arguments).stdout(Stdio::piped()).spawn().expect("a process");
        let mut base = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut base).expect("the first line that the server prints");
        Self { process, base: base.trim().to_owned() }
    }

    pub fn reported(&self) -> Reported {
        let mut socket = Socket::connect(self.base.trim_start_matches("http://")).expect("it listens");
        socket
            .write_all(b"GET /reported HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .expect("it listens");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).expect("the counts of the server")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn serve(port: u16, pause: Duration) {
    run(port, move |stream| async move {
        let service = service_fn(move |request| answers::any(request, pause));
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    });
}

pub fn serve_tersely(port: u16) {
    run(port, terse::converse);
}

pub fn serve_guarded(guard: &str) {
    let gate = Arc::new(guard::Gate::new(Guard::named(guard)));
    run(0, move |stream| {
        let gate = Arc::clone(&gate);
        async move {
            let service = service_fn(move |request| guard::any(request, Arc::clone(&gate)));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
    });
}

pub fn serve_users() {
    let counts = Arc::new(users::Counts::default());
    run(0, move |stream| {
        let counts = Arc::clone(&counts);
        async move {
            let service = service_fn(move |request| users::any(request, Arc::clone(&counts)));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
    });
}

fn run<F>(port: u16, converse: impl Fn(tokio::net::TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    usage::allow_many_files();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        // Tokio's listener has a backlog of only 1024, so the socket is created with a larger backlog.
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, port).into()).expect("a free port");
        let listener: TcpListener = socket.listen(16_384).expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            tokio::spawn(converse(stream));
        }
    });
}
