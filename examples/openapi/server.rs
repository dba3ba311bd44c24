//! A single-threaded server for the API in `parcels.yaml`. A token is valid for only two calls, so that the client has
//! to request new tokens.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The number of calls for which a token is valid.
const CALLS: u32 = 2;

#[derive(Default)]
struct Api {
    tokens: u32,
    /// The number of calls made with each token.
    used: BTreeMap<String, u32>,
    is_delivered: bool,
}

pub(crate) fn start(url: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind(url.trim_start_matches("http://"))?;
    thread::spawn(move || {
        let mut api = Api::default();
        for stream in listener.incoming().flatten() {
            // A broken connection is not a server error.
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
    let mut stream = reader.into_inner();
    if let Some(query) = target.strip_prefix("/authorize?") {
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: {}\r\nconnection: close\r\n\r\n",
            consent(query)
        );
    }
    let (status, answer) =
        api.answer(method, target, header("authorization"), &String::from_utf8_lossy(&body));
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}

/// Returns the URL that the browser opens after the login. This API accepts every login.
fn consent(query: &str) -> String {
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    };
    let redirect = parameter("redirect_uri").replace("%3A", ":").replace("%2F", "/");
    format!("{redirect}?code=a-code&state={}", parameter("state"))
}

fn is_granted(body: &str) -> bool {
    let has = |pair: &str| body.split('&').any(|own| own == pair);
    let has_code =
        has("grant_type=authorization_code") && has("code=a-code") && body.contains("code_verifier=");
    let has_refresh_token = has("grant_type=refresh_token") && has("refresh_token=a-refresh-token");
    has("grant_type=client_credentials") || has_code || has_refresh_token
}

impl Api {
    fn answer(&mut self, method: &str, target: &str, credential: &str, body: &str) -> (&'static str, String) {
        match (method, target) {
            ("GET", "/health") => return ("204 No Content", String::new()),
            ("POST", "/token") if is_granted(body) => {
                self.tokens += 1;
                let token = format!("\"access_token\":\"token-{}\",\"token_type\":\"Bearer\"", self.tokens);
                let refresh_token = match body.contains("client_credentials") {
                    true => "",
                    false => ",\"refresh_token\":\"a-refresh-token\"",
                };
                return ("200 OK", format!("{{{token}{refresh_token}}}"));
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
