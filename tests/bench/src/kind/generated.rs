//! Makes every kind of benchmark call with a generated afresh client.

use std::hint::black_box;
use std::time::Duration;

use afresh::{Part, RefreshToken, Reply, Result, Tokens, api};
use bytes::Bytes;

use super::{Order, order};
use crate::caller::Work;
use crate::contender::TOKEN;
use crate::item::Item;

#[api]
trait Kinds {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/items/{id}")]
    async fn path(&self, id: u64) -> Result<Item>;

    #[get("/items/{shelf}/{id}")]
    async fn path_text(&self, shelf: &str, id: &str) -> Result<Item>;

    #[get("/items/{rest*}")]
    async fn path_rest(&self, rest: &[&str]) -> Result<Item>;

    #[get("/items")]
    async fn query(&self, #[query] q: &str, #[query] page: u64) -> Result<Item>;

    #[get("/items")]
    async fn query_option(&self, #[query] q: Option<&str>, #[query] page: Option<u64>) -> Result<Item>;

    #[get("/items")]
    async fn query_sequence(&self, #[query] tag: &[&str]) -> Result<Item>;

    #[get("/items")]
    async fn query_struct(&self, #[query] order: &Order) -> Result<Item>;

    #[get("/items")]
    async fn header(&self, #[header("x-trace")] trace: &str, #[header("x-page")] page: u64) -> Result<Item>;

    #[get("/items")]
    async fn cookie(&self, #[cookie("theme")] theme: &str, #[cookie("page")] page: u64) -> Result<Item>;

    #[post("/items")]
    async fn json(&self, #[json] order: &Order) -> Result<Item>;

    #[post("/items")]
    async fn json_members(
        &self,
        #[json("customer")] customer: &str,
        #[json("number")] number: u64,
        #[json("express")] express: bool,
    ) -> Result<Item>;

    #[post("/items")]
    async fn form(&self, #[form] order: &Order) -> Result<Item>;

    #[post("/items")]
    async fn form_members(
        &self,
        #[form("customer")] customer: &str,
        #[form("number")] number: u64,
        #[form("express")] express: bool,
    ) -> Result<Item>;

    #[post("/items")]
    async fn multipart(
        &self,
        #[part] customer: &str,
        #[part] number: u64,
        #[part("file")] file: Part,
    ) -> Result<Item>;

    #[post("/items")]
    async fn bytes(&self, #[body] body: Bytes) -> Result<Item>;

    #[post("/items")]
    async fn string(&self, #[body] body: String) -> Result<Item>;

    #[get("/nothing/{id}")]
    async fn answer_nothing(&self, id: u64) -> Result<()>;

    #[get("/items/{id}")]
    async fn answer_text(&self, id: u64) -> Result<String>;

    #[get("/items/{id}")]
    async fn answer_bytes(&self, id: u64) -> Result<Bytes>;

    #[get("/items/{id}")]
    async fn answer_option(&self, id: u64) -> Result<Option<Item>>;

    #[get("/items/{id}")]
    async fn answer_whole(&self, id: u64) -> Result<Reply<Item>>;
}

pub async fn run(kind: &str, base: &str, work: Work) {
    let tokens = Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600));
    let client = KindsClient::builder(base).tokens(tokens).build().expect("a client");
    let (order, kilobyte) = (order(), Bytes::from(vec![b'k'; 1024]));
    macro_rules! each {
        (|$id:ident| $call:expr) => {
            work.of(async |$id| {
                black_box($call.await.expect("an answer"));
            })
            .await
        };
    }
    match kind {
        "path" => each!(|id| client.path(id)),
        "path-text" => each!(|_id| client.path_text("tea & coffee", "no 7")),
        "path-rest" => each!(|_id| client.path_rest(&["tea", "green tea", "7"])),
        "query" => each!(|id| client.query("green tea", id)),
        "query-option" => each!(|_id| client.query_option(Some("green tea"), None)),
        "query-sequence" => each!(|_id| client.query_sequence(&["green tea", "steel", "new"])),
        "query-struct" => each!(|_id| client.query_struct(&order)),
        "header" => each!(|id| client.header("4bf92f3577b34da6", id)),
        "cookie" => each!(|id| client.cookie("dark", id)),
        "json" => each!(|_id| client.json(&order)),
        "json-members" => each!(|id| client.json_members("Zoë & Co", id, true)),
        "form" => each!(|_id| client.form(&order)),
        "form-members" => each!(|id| client.form_members("Zoë & Co", id, true)),
        "multipart" => {
            each!(|id| client.multipart("Zoë & Co", id, Part::bytes(kilobyte.clone()).file_name("photo.png")))
        }
        "bytes" => each!(|_id| client.bytes(kilobyte.clone())),
        "string" => each!(|_id| client.string("k".repeat(1024))),
        "answer-nothing" => each!(|id| client.answer_nothing(id)),
        "answer-text" => each!(|id| client.answer_text(id)),
        "answer-bytes" => each!(|id| client.answer_bytes(id)),
        "answer-option" => each!(|id| client.answer_option(id)),
        "answer-whole" => each!(|id| client.answer_whole(id)),
        unknown => panic!("no kind is called {unknown}"),
    }
}
