//! Tests the `#[pages]` attribute: how the client finds the next page, where the pages end, and how errors between
//! pages are handled.

mod counts;
mod links;
mod pointers;
mod requests;

use afresh::{Pages, RefreshToken, Result, Tokens, api};
use afresh_tests::Stage;
use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::Value;

use crate::api::client_on;

#[derive(Serialize)]
struct Filter<'a> {
    q: &'a str,
    tag: &'a [&'a str],
}

#[api]
trait Listing {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[pages(link)]
    #[get("/linked")]
    async fn linked(&self) -> Result<Pages<Vec<u8>>>;

    #[public]
    #[pages(link, rebase)]
    #[get("/rebased")]
    async fn rebased(&self) -> Result<Pages<Vec<u8>>>;

    #[public]
    #[pages(url = "/links/next")]
    #[get("/urls")]
    async fn by_url(&self) -> Result<Pages<Value>>;

    #[public]
    #[pages(cursor = "/meta/next", into = "after")]
    #[get("/cursors")]
    async fn by_cursor(&self, #[query] filter: &Filter<'_>) -> Result<Pages<Value>>;

    #[public]
    #[pages(cursor = "/paging?/next/after", into = "after")]
    #[get("/optional")]
    async fn optional(&self) -> Result<Pages<Value>>;

    #[public]
    #[pages(cursor = "/next", into = "cursor", more = "/meta/more")]
    #[get("/more")]
    async fn while_more(&self) -> Result<Pages<Value>>;

    #[public]
    #[pages(header = "x-next-page", into = "page")]
    #[get("/headers")]
    async fn by_header(&self) -> Result<Pages<Vec<u8>>>;

    #[public]
    #[pages(last = "/id", into = "starting_after")]
    #[get("/last")]
    async fn by_last(&self) -> Result<Pages<Vec<Value>>>;

    #[public]
    #[pages(number = "page")]
    #[get("/numbered")]
    async fn numbered(&self, #[query] page: Option<&str>) -> Result<Pages<Value>>;

    #[public]
    #[pages(offset = "skip", items = "/list")]
    #[get("/offsets")]
    async fn by_offset(&self, #[query] skip: Option<u32>) -> Result<Pages<Value>>;

    #[public]
    #[pages(cursor = "/next", into = "cursor")]
    #[post("/search")]
    async fn search(&self, #[body] query: afresh::Body) -> Result<Pages<Value>>;
}

fn listing(stage: &Stage) -> ListingClient {
    client_on(stage)
}

async fn all<T: serde::de::DeserializeOwned>(pages: Result<Pages<T>>) -> Vec<T> {
    pages.unwrap().try_collect().await.unwrap()
}

/// Returns all pages, and the messages of the errors between them.
async fn reported<T: serde::de::DeserializeOwned>(
    pages: Result<Pages<T>>,
) -> Vec<std::result::Result<T, String>> {
    let mut pages = pages.unwrap();
    let mut reported = Vec::new();
    while let Some(page) = pages.next().await {
        reported.push(page.map_err(|error| error.to_string()));
        assert!(reported.len() < 20, "the pages do not end");
    }
    assert!(pages.next().await.is_none());
    reported
}

fn queries(stage: &Stage) -> Vec<String> {
    stage.log().iter().map(|seen| seen.query().unwrap_or_default().to_owned()).collect()
}

fn only_filter() -> Filter<'static> {
    Filter { q: "a b/ü+c", tag: &["x&y", "z"] }
}
