//! Each line with a trailing comment uses a feature that browsers do not support, so the line does not compile.
//! `.ci/wasm-check` expects the error that the trailing comment states.

use std::fmt::Debug;
use std::future::Future;

use afresh::oauth2::{App, Browser, ClientCredentials, Discovery, Opened, RefreshTokenGrant, Server};
use afresh::response::Answer;
use afresh::session::{Operation, SessionWrite};
use afresh::store::{KeyringStore, RedisStore};
use afresh::transport::HyperTransport;
use afresh::{
    Body, ByteStream, CallInfo, Client, Events, FileStore, Items, Lines, Pages, Part, Pending, Result,
};

fn log_in(app: App, server: Server, discovery: Discovery, any: impl Debug + Clone) {
    app.browser(); // a web page cannot listen
    server.http(any.clone()); // requests are sent with `fetch`
    discovery.http(any); // requests are sent with `fetch`
}

fn listen(_: Browser) {} // a web page cannot listen

struct Window;

impl Opened for Window {} // a web page cannot listen

fn absent(client: Client, mut request: String, any: impl Debug + Clone) {
    Client::builder("https://shop.example").http(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").http_builder(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").transport(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").runtime(any.clone()); // everything runs on the event loop
    RefreshTokenGrant::new("https://id.example").http(any.clone()); // requests are sent with `fetch`
    ClientCredentials::new("https://id.example", "shop", "secret").http(any.clone()); // requests are sent with `fetch`
    client.execute(any.clone()); // a client cannot send a hand-written request
    CallInfo::of(&mut request); // there are no tower layers
    FileStore::new("session"); // a browser has no files
    FileStore::for_identity("session", "ada"); // a browser has no files
    Body::file("photo.png"); // a browser has no files
    Part::file("photo.png"); // a browser has no files
    KeyringStore::new("shop", "ada", "lock"); // a browser has no keyring
    RedisStore::new("redis://cache", "shop"); // a browser cannot connect to Redis
    RedisStore::with_client("redis://cache", "shop"); // a browser cannot connect to Redis
    HyperTransport::new(); // a web page cannot open connections
    HyperTransport::over(any); // a web page cannot open connections
}

fn wait<F: Future<Output = Result<u8>>>(
    call: Pending<u8>,
    load: Operation<F>,
    set: SessionWrite,
    found: Discovery,
) {
    call.wait(); // no code can block
    load.wait(); // no code can block
    set.wait(); // no code can block
    found.wait(); // no code can block
}

fn wait_next(
    mut bytes: ByteStream,
    mut lines: Lines<u8>,
    mut events: Events<u8>,
    mut pages: Pages<u8>,
    mut items: Items<u8>,
) {
    bytes.wait_next(); // no code can block
    lines.wait_next(); // no code can block
    events.wait_next(); // no code can block
    pages.wait_next(); // no code can block
    items.wait_next(); // no code can block
}

fn take(answer: Answer) {
    answer.into_response(); // there is no `reqwest::Response`
}

#[afresh::api]
trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<reqwest::Response>; // cannot be read from a response
}
