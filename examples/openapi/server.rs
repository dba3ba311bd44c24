//! The API of `parcels.yaml` in one thread. A token is good for two calls, so that the client has to get others.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// How many calls a token is good for.
const CALLS: u32 = 2;

#[derive(Default)]
struct Api {
    tokens: u32,
    /// How many calls each token has made.
    used: BTreeMap<String, u32>,
    is_delivered: bool,
}

/// Starts the API at the address of `url`.
pub(crate) fn start(url: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind(url.trim_start_matches("http://"))?;
    thread::spawn(move || {
        let mut api = Api::default();
        for stream in listener.incoming().flatten() {
            // A connection that breaks is the client's affair.
            let _ = serve(&mut api, stream);
        }
    });
    Ok(())
}

fn serve(api: &mut Api, stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let mut values = head.iter().filter_map(|line| line.split_once(": "));
        values.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let mut words = head.first().map_or("", String::as_str).split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let (status, answer) =
        api.answer(method, target, header("authorization"), &String::from_utf8_lossy(&body));
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}

impl Api {
    fn answer(&mut self, method: &str, target: &str, credential: &str, body: &str) -> (&'static str, String) {
        match (method, target) {
            ("GET", "/health") => return ("204 No Content", String::new()),
            ("POST", "/token") if body.contains("grant_type=client_credentials") => {
                self.tokens += 1;
                let token = self.tokens;
                return (
                    "200 OK",
                    format!("{{\"access_token\":\"token-{token}\",\"token_type\":\"Bearer\"}}"),
                );
            }
            _ => {}
        }
        let known = (1..=self.tokens).any(|token| credential == format!("Bearer token-{token}"));
        let used = self.used.entry(credential.to_owned()).or_default();
        if !known || *used == CALLS {
            return ("401 Unauthorized", "{}".to_owned());
        }
        *used += 1;
        match (method, target) {
            ("GET", "/parcels?state=posted") => ("200 OK", page(1, Some("p2"))),
            ("GET", "/parcels?state=posted&after=p2") => ("200 OK", page(2, Some("p3"))),
            ("GET", "/parcels?state=posted&after=p3") => ("200 OK", page(3, None)),
            ("PUT", "/parcels/1/state") if body == "{\"state\":\"delivered\"}" && !self.is_delivered => {
                self.is_delivered = true;
                ("200 OK", "{\"id\":1,\"state\":\"delivered\"}".to_owned())
            }
            ("PUT", "/parcels/1/state") => {
                ("409 Conflict", "{\"reason\":\"it is there already\"}".to_owned())
            }
            _ => ("404 Not Found", String::new()),
        }
    }
}

fn page(id: u32, next: Option<&str>) -> String {
    let next = next.map_or("null".to_owned(), |next| format!("\"{next}\""));
    format!("{{\"parcels\":[{{\"id\":{id},\"state\":\"posted\",\"weight\":1.5}}],\"next\":{next}}}")
}
