//! The shop server that the script calls. The server runs on one thread and uses only the standard library. An access
//! token is valid for three requests.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const GOOD_FOR: usize = 3;
const PAGES: [&str; 3] = [
    r#"[{"id":1,"total":10},{"id":2,"total":20}]"#,
    r#"[{"id":3,"total":30},{"id":4,"total":40}]"#,
    r#"[{"id":5,"total":50}]"#,
];

/// A running server.
pub struct Server {
    pub url: String,
    refreshes: Arc<AtomicUsize>,
}

impl Server {
    pub fn refreshes(&self) -> usize {
        self.refreshes.load(Ordering::Relaxed)
    }
}

/// Starts the server, which runs until the program ends.
pub fn start() -> io::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    let refreshes = Arc::new(AtomicUsize::new(0));
    let mut shop = Shop { generation: 0, left: 0, refreshes: refreshes.clone() };
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that closes its connection does not cause a server error.
            let _ = shop.serve(connection);
        }
    });
    Ok(Server { url, refreshes })
}

struct Shop {
    generation: usize,
    /// The number of further requests that the server accepts with the newest access token.
    left: usize,
    refreshes: Arc<AtomicUsize>,
}

impl Shop {
    fn serve(&mut self, connection: TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(&connection);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.clone().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let route = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
        let (status, answer) = self.answer(route, header("authorization"), &String::from_utf8_lossy(&body));
        let length = answer.len();
        write!(
            &connection,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{answer}"
        )
    }

    fn answer(&mut self, route: &str, token: &str, body: &str) -> (&'static str, String) {
        match route {
            "POST /login" if body.contains("lovelace") => self.issue(),
            "POST /refresh" if body.contains(&format!("\"refresh-{}\"", self.generation)) => {
                self.refreshes.fetch_add(1, Ordering::Relaxed);
                self.issue()
            }
            "POST /login" | "POST /refresh" => ("400 Bad Request", r#"{"error":"invalid_grant"}"#.into()),
            _ if self.left == 0 || token != format!("Bearer access-{}", self.generation) => {
                ("401 Unauthorized", "{}".into())
            }
            _ => {
                self.left -= 1;
                ("200 OK", resource(route))
            }
        }
    }

    fn issue(&mut self) -> (&'static str, String) {
        self.generation += 1;
        self.left = GOOD_FOR;
        let number = self.generation;
        ("200 OK", format!(r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}"}}"#))
    }
}

fn resource(route: &str) -> String {
    let page = match route {
        "GET /orders/1" => return r#"{"id":1,"total":10}"#.into(),
        "GET /orders" => Some(1),
        route => route.strip_prefix("GET /orders?page=").and_then(|page| page.parse::<usize>().ok()),
    };
    let page = page.and_then(|page| PAGES.get(page.checked_sub(1)?));
    page.copied().unwrap_or("[]").to_owned()
}
