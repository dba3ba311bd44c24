//! Makes calls of each kind with handwritten code in the style of reqwest's documentation.

use std::hint::black_box;

use bytes::Bytes;
use reqwest::header::COOKIE;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, Result, StatusCode, Url};
use serde::Serialize;

use super::{Order, order};
use crate::caller::Work;
use crate::contender::TOKEN;
use crate::item::Item;

struct Kinds {
    http: Client,
    base: String,
    token: String,
}

#[derive(Serialize)]
struct Members<'a> {
    customer: &'a str,
    number: u64,
    express: bool,
}

impl Kinds {
    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.to(Method::GET, path)
    }

    fn post(&self) -> RequestBuilder {
        self.to(Method::POST, "/items")
    }

    async fn path(&self, id: u64) -> Result<Item> {
        item(self.get(&format!("/items/{id}"))).await
    }

    /// Sends a request whose path segments need encoding, and uses the `url` crate to build the URL.
    async fn segments(&self, segments: &[&str]) -> Result<Item> {
        let mut url = Url::parse(&self.base).expect("a URL");
        url.path_segments_mut().expect("a base").push("items").extend(segments);
        item(self.http.get(url).bearer_auth(&self.token)).await
    }

    async fn query(&self, query: &impl Serialize) -> Result<Item> {
        item(self.get("/items").query(query)).await
    }

    async fn header(&self, trace: &str, page: u64) -> Result<Item> {
        item(self.get("/items").header("x-trace", trace).header("x-page", page)).await
    }

    async fn cookie(&self, theme: &str, page: u64) -> Result<Item> {
        item(self.get("/items").header(COOKIE, format!("theme={theme}; page={page}"))).await
    }

    async fn json(&self, body: &impl Serialize) -> Result<Item> {
        item(self.post().json(body)).await
    }

    async fn form(&self, body: &impl Serialize) -> Result<Item> {
        item(self.post().form(body)).await
    }

    async fn multipart(&self, customer: &str, number: u64, file: Bytes) -> Result<Item> {
        let length = file.len() as u64;
        let file = Part::stream_with_length(file, length).file_name("photo.png");
        let form = Form::new().text("customer", customer.to_owned()).text("number", number.to_string());
        item(self.post().multipart(form.part("file", file))).await
    }

    async fn body(&self, body: impl Into<reqwest::Body>) -> Result<Item> {
        item(self.post().body(body)).await
    }

    async fn answer(&self, id: u64) -> Result<Response> {
        self.get(&format!("/items/{id}")).send().await?.error_for_status()
    }

    async fn nothing(&self, id: u64) -> Result<()> {
        self.get(&format!("/nothing/{id}")).send().await?.error_for_status()?;
        Ok(())
    }

    async fn option(&self, id: u64) -> Result<Option<Item>> {
        let answer = self.answer(id).await?;
        if answer.status() == StatusCode::NO_CONTENT { Ok(None) } else { answer.json().await.map(Some) }
    }

    async fn whole(&self, id: u64) -> Result<(StatusCode, reqwest::header::HeaderMap, Item)> {
        let answer = self.answer(id).await?;
        Ok((answer.status(), answer.headers().clone(), answer.json().await?))
    }
}

async fn item(request: RequestBuilder) -> Result<Item> {
    request.send().await?.error_for_status()?.json().await
}

fn members(number: u64) -> Members<'static> {
    Members { customer: "Zoë & Co", number, express: true }
}

pub async fn run(kind: &str, base: &str, work: Work) {
    let client = Kinds { http: Client::new(), base: base.to_owned(), token: TOKEN.to_owned() };
    let (order, kilobyte): (Order, _) = (order(), Bytes::from(vec![b'k'; 1024]));
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
        "path-text" => each!(|_id| client.segments(&["tea & coffee", "no 7"])),
        "path-rest" => each!(|_id| client.segments(&["tea", "green tea", "7"])),
        "query" => each!(|id| client.query(&(("q", "green tea"), ("page", id)))),
        "query-option" => each!(|_id| client.query(&[("q", Some("green tea")), ("page", None)])),
        "query-sequence" => {
            each!(|_id| client.query(&[("tag", "green tea"), ("tag", "steel"), ("tag", "new")]))
        }
        "query-struct" => each!(|_id| client.query(&order)),
        "header" => each!(|id| client.header("4bf92f3577b34da6", id)),
        "cookie" => each!(|id| client.cookie("dark", id)),
        "json" => each!(|_id| client.json(&order)),
        "json-members" => each!(|id| client.json(&members(id))),
        "form" => each!(|_id| client.form(&order)),
        "form-members" => each!(|id| client.form(&members(id))),
        "multipart" => each!(|id| client.multipart("Zoë & Co", id, kilobyte.clone())),
        "bytes" => each!(|_id| client.body(kilobyte.clone())),
        "string" => each!(|_id| client.body("k".repeat(1024))),
        "answer-nothing" => each!(|id| client.nothing(id)),
        "answer-text" => each!(|id| async { client.answer(id).await?.text().await }),
        "answer-bytes" => each!(|id| async { client.answer(id).await?.bytes().await }),
        "answer-option" => each!(|id| client.option(id)),
        "answer-whole" => each!(|id| client.whole(id)),
        unknown => panic!("no kind is called {unknown}"),
    }
}
