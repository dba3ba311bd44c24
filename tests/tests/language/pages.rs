//! `#[pages]`: how the next page is found.

use afresh::{Pages, Result, api};
use afresh_tests::{Answer, Stage};
use serde_json::json;

use crate::api::client_on;

#[api]
trait Listing {
    #[pages(link)]
    #[get("/linked")]
    async fn linked(&self) -> Result<Pages<Vec<u8>>>;

    #[pages(cursor = "/meta/next", into = "after")]
    #[get("/cursors")]
    async fn by_cursor(&self, #[query] size: u8) -> Result<Pages<serde_json::Value>>;

    #[pages(number = "page")]
    #[get("/numbered")]
    async fn numbered(&self) -> Result<Pages<Vec<u8>>>;
}

async fn all<T: serde::de::DeserializeOwned>(mut pages: Pages<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.push(page.unwrap());
    }
    all
}

#[tokio::test(start_paused = true)]
async fn a_link_header_leads_to_the_next_page() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::json(200, [1]).header("link", "</linked?p=2>; rel=\"next\""),
        _ => Answer::json(200, [2]),
    });
    let pages = client_on::<ListingClient>(&stage).linked().await.unwrap();
    assert_eq!(all(pages).await, [[1], [2]]);
    assert_eq!(stage.log()[1].query(), Some("p=2"));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_copied_from_its_field_to_its_parameter() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        Some("size=5") => (200, json!({ "meta": { "next": "c2" } })),
        _ => (200, json!({ "meta": { "next": null } })),
    });
    let pages = client_on::<ListingClient>(&stage).by_cursor(5).await.unwrap();
    assert_eq!(all(pages).await.len(), 2);
    assert_eq!(stage.log()[1].query(), Some("size=5&after=c2"));
}

#[tokio::test(start_paused = true)]
async fn a_page_number_is_counted_up_to_the_first_empty_page() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        Some("page=3") => (200, json!([])),
        _ => (200, json!([1])),
    });
    let pages = client_on::<ListingClient>(&stage).numbered().await.unwrap();
    let full = all(pages).await.into_iter().filter(|page| !page.is_empty()).count();
    assert_eq!(full, 2);
    assert_eq!(stage.log().last().unwrap().query(), Some("page=3"));
}
