//! A fake authorization server with the authorization code flow and PKCE, and an HTTP client that imitates a browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use afresh::Client;
use afresh::oauth2::{App, Browser, Server};
use afresh_tests::{Answer, Arrival, Listening, Seen, Stage};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use url::Url;

/// Each token request waits until the test answers it.
pub struct Provider {
    pub stage: Stage,
    listening: Listening,
}

/// The authorization URL that the login opens in the browser, together with the URL's parameters.
#[derive(Clone, Debug)]
pub struct Authorization {
    pub url: String,
    parameters: HashMap<String, String>,
}

#[derive(Debug)]
pub struct Shown {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Provider {
    pub async fn start() -> Self {
        let stage = Stage::new();
        let listening = stage.listen().await;
        Self { stage, listening }
    }

    pub fn issuer(&self) -> String {
        self.listening.base_url.clone()
    }

    pub fn server(&self) -> Server {
        Server::new(self.listening.url("/authorize"), self.listening.url("/token")).issuer(self.issuer())
    }

    pub fn app(&self) -> App {
        self.server().client("my-cli").scope("orders offline_access")
    }

    /// Returns an API client whose session is refreshed by this server.
    pub fn shop(&self) -> Client {
        Client::builder("https://shop.test").refresher(self.app()).build().unwrap()
    }

    /// Makes later token requests succeed if they contain the code `good` and a verifier that matches the challenge.
    pub fn grant(&self, authorization: &Authorization) {
        let challenge = authorization.get("code_challenge").to_owned();
        self.stage.respond(move |seen| {
            let form = form(seen);
            let right = form.get("code").is_some_and(|code| code == "good")
                && form.get("grant_type").is_some_and(|grant| grant == "authorization_code")
                && form.get("code_verifier").is_some_and(|verifier| s256(verifier) == challenge);
            if right { tokens() } else { Answer::json(400, json!({ "error": "invalid_grant" })) }
        });
    }
}

pub fn tokens() -> Answer {
    Answer::json(
        200,
        json!({ "access_token": "fresh", "refresh_token": "kept", "token_type": "Bearer", "expires_in": 3600,
                "refresh_expires_in": 86400, "scope": "orders offline_access" }),
    )
}

pub fn form(seen: &Seen) -> HashMap<String, String> {
    form_urlencoded::parse(seen.body()).into_owned().collect()
}

pub fn form_of(arrival: &Arrival) -> HashMap<String, String> {
    form(&arrival.seen())
}

fn s256(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Returns a login that does not open a browser or print anything, and a receiver for the login's authorization URL.
pub fn held(browser: Browser) -> (Browser, oneshot::Receiver<Authorization>) {
    let (sender, receiver) = oneshot::channel();
    let open = move |url: &str| {
        let _ = sender.send(Authorization::read(url));
    };
    (browser.announce(|_: &str| ()).open(open), receiver)
}

pub type RequestedUrls = Arc<Mutex<Vec<String>>>;

impl Authorization {
    pub fn read(url: &str) -> Self {
        let parsed = Url::parse(url).unwrap();
        let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
        let parameters: HashMap<_, _> = pairs.iter().cloned().collect();
        assert_eq!(parameters.len(), pairs.len(), "each parameter occurs once: {url}");
        Self { url: url.to_owned(), parameters }
    }

    pub fn get(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or_else(|| panic!("{name} in {}", self.url))
    }

    pub fn find(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub fn state(&self) -> &str {
        self.get("state")
    }

    pub fn port(&self) -> u16 {
        Url::parse(self.get("redirect_uri")).unwrap().port().unwrap()
    }

    /// Sends the redirect request with the given query and the correct `state`.
    pub async fn redirect(&self, query: &str) -> Shown {
        self.get_target(&format!("/callback?{query}&state={}", self.state())).await
    }

    pub async fn get_target(&self, target: &str) -> Shown {
        self.send(format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").as_bytes()).await
    }

    pub async fn send(&self, request: &[u8]) -> Shown {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).await.unwrap();
        // The listener can respond and close the connection before it has read the whole request.
        let _ = stream.write_all(request).await;
        Shown::read(&mut stream).await
    }
}

impl Shown {
    pub async fn read(stream: &mut TcpStream) -> Self {
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response).await;
        let response = String::from_utf8(response).unwrap();
        let (head, body) =
            response.split_once("\r\n\r\n").unwrap_or_else(|| panic!("a response: {response:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn text(&self) -> String {
        format!("{}\n{}", self.head, self.body)
    }
}
