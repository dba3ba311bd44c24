//! Each line uses a feature that browsers do not support, so no line compiles. `.ci/wasm-check` expects the error that
//! the trailing comment of each line states.

use std::fmt::Debug;

use afresh::store::{KeyringStore, RedisStore};
use afresh::transport::HyperTransport;
use afresh::{Body, CallInfo, Client, FileStore, Part};

fn log_in(app: afresh::oauth2::App) {
    app.browser(); // a web page cannot listen
}

fn absent(client: Client, mut request: String, any: impl Debug + Clone) {
    Client::builder("https://shop.example").http(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").http_builder(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").transport(any.clone()); // requests are sent with `fetch`
    Client::builder("https://shop.example").runtime(any.clone()); // everything runs on the event loop
    client.execute(any.clone()); // a client cannot send a hand-written request
    CallInfo::of(&mut request); // there are no tower layers
    FileStore::new("session"); // a browser has no files
    FileStore::for_identity("session", "ada"); // a browser has no files
    Body::file("photo.png"); // a browser has no files
    Part::file("photo.png"); // a browser has no files
    KeyringStore::new("shop", "ada", "lock"); // a browser has no keyring
    RedisStore::new("redis://cache", "shop"); // a browser cannot connect to Redis
    HyperTransport::new(); // a web page cannot open connections
    HyperTransport::over(any); // a web page cannot open connections
}

#[afresh::api]
trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> afresh::Result<reqwest::Response>; // cannot be read from a response
}
