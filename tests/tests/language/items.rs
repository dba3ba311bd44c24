//! Tests methods that return `Items<T>`, a stream of the elements of all pages.

use afresh::{Items, Reply, Result, api};
use afresh_tests::{Answer, Stage};
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::json;

use crate::api::client_on;

#[derive(Debug, PartialEq, Deserialize)]
struct Order {
    id: u32,
}

#[api]
trait Orders {
    #[pages(cursor = "/next", into = "cursor", items = "/data")]
    #[get("/orders")]
    async fn orders(&self) -> Result<Items<Order>>;

    #[pages(number = "page")]
    #[get("/names")]
    async fn names(&self) -> Result<Reply<Items<String>>>;

    #[pages(link)]
    #[get("/ids")]
    async fn ids(&self) -> Result<Items<u32>>;
}

fn orders(stage: &Stage) -> OrdersClient {
    client_on(stage)
}

async fn reported(stage: &Stage) -> Vec<std::result::Result<u32, String>> {
    let mut items = orders(stage).orders().await.unwrap();
    let mut reported = Vec::new();
    while let Some(item) = items.next().await {
        reported.push(item.map(|order| order.id).map_err(|error| error.to_string()));
        assert!(reported.len() < 20);
    }
    reported
}

#[tokio::test(start_paused = true)]
async fn the_elements_of_all_pages_come_one_after_another() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!({"data": [{"id": 1}, {"id": 2}], "next": "b"})),
        Some("cursor=b") => (200, json!({"data": [], "next": "c"})),
        Some("cursor=c") => (200, json!({"next": "d"})),
        Some("cursor=d") => (200, json!({"data": null, "next": "e"})),
        _ => (200, json!({"data": [{"id": 3}]})),
    });
    assert_eq!(reported(&stage).await, [Ok(1), Ok(2), Ok(3)], "items of all pages");
    stage.assert_sends(5);
}

#[tokio::test(start_paused = true)]
async fn a_text_is_an_element_without_its_quotes_and_the_page_is_the_list() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::new(200).body("\u{feff}[\"a\", \"ä\\n\"]"),
        Some("page=2") => Answer::json(200, ["c"]),
        _ => Answer::json(200, json!([])),
    });
    let reply = orders(&stage).names().await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body.try_collect::<Vec<_>>().await.unwrap(), ["a", "ä\n", "c"]);
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_requested_after_the_last_element_only() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::json(200, [1, 2]).header("link", "<?p=2>; rel=next"),
        _ => Answer::json(200, [3]),
    });
    let mut ids = orders(&stage).ids().await.unwrap();
    ids.next().await.unwrap().unwrap();
    ids.next().await.unwrap().unwrap();
    stage.assert_sends(1);
    assert_eq!(ids.next().await.unwrap().unwrap(), 3);
    stage.assert_sends(2);
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_elements_and_requests_no_page_beyond() {
    let stage = Stage::new();
    stage.respond(|_| Answer::json(200, [1, 2]).header("link", "<?p=2>; rel=next"));
    let ids = orders(&stage).ids().await.unwrap().limit(2);
    assert_eq!(ids.try_collect::<Vec<_>>().await.unwrap(), [1, 2], "items up to the limit");
    stage.assert_sends(1);
}

#[tokio::test(start_paused = true)]
async fn a_broken_element_does_not_hide_the_others() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!({"data": [{"id": 1}, {"id": "secret"}, {"id": 3}]})));
    let reported = reported(&stage).await;
    let [Ok(1), Err(error), Ok(3)] = &*reported else { panic!("{reported:?}") };
    assert!(
        error.starts_with("Orders::orders: an item of the response") && error.contains("at `id`"),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_page_without_its_list_is_an_error() {
    for page in [json!({"data": {"id": 1}}), json!({"data": "x"}), json!([])] {
        let stage = Stage::new();
        let body = page.clone();
        stage.respond(move |_| (200, body.clone()));
        let reported = reported(&stage).await;
        assert!(
            matches!(&*reported, [Err(error)] if error.contains("no list at `/data`")),
            "{page}: {reported:?}"
        );
    }
    let stage = Stage::new();
    stage.respond(|_| (200, json!({"data": [1]})));
    let error = orders(&stage).ids().await.unwrap().next().await.unwrap().unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("Add `items = "), "{error}");
}

/// If the request for a page fails, the caller still gets all elements of the earlier pages. The next call to `next`
/// requests the failed page again.
#[tokio::test(start_paused = true)]
async fn a_failed_page_loses_no_element() {
    let stage = Stage::new();
    let failed = std::sync::atomic::AtomicBool::new(false);
    stage.respond(move |seen| match seen.query() {
        None => Answer::json(200, json!({"data": [{"id": 1}], "next": "b"})),
        _ if !failed.swap(true, std::sync::atomic::Ordering::Relaxed) => Answer::new(503),
        _ => Answer::json(200, json!({"data": [{"id": 2}]})),
    });
    let reported = reported(&stage).await;
    assert!(matches!(&*reported, [Ok(1), Err(error), Ok(2)] if error.contains("503")), "{reported:?}");
}

/// If the next page cannot be determined, an error is returned after the last element of the current page.
#[tokio::test(start_paused = true)]
async fn a_wrong_link_comes_after_the_elements_of_its_page() {
    let stage = Stage::new();
    stage.respond(|_| Answer::json(200, [1, 2]).header("link", "<https://evil.test/>; rel=next"));
    let mut ids = orders(&stage).ids().await.unwrap();
    assert_eq!(ids.next().await.unwrap().unwrap(), 1);
    assert_eq!(ids.next().await.unwrap().unwrap(), 2);
    assert!(ids.next().await.unwrap().unwrap_err().to_string().contains("`https://evil.test`"));
    assert!(ids.next().await.is_none());
}

#[tokio::test]
async fn items_are_made_by_hand() {
    let items = Items::from_items(1..=5).limit(3);
    assert_eq!(items.try_collect::<Vec<i32>>().await.unwrap(), [1, 2, 3], "items up to the limit");
    let items = Items::from_results([Ok(1), Err(afresh::Error::refresh("down"))]);
    assert!(items.try_collect::<Vec<i32>>().await.unwrap_err().is_refresh());
}
