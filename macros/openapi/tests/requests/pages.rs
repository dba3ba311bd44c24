//! Tests paginated lists: the request for the next page, and the items from all pages.

use afresh::{Items, Result};
use serde_json::{Value, json};

use crate::lists::{Item, Lists, ListsClient};
use crate::recorder::{Answer, Recorder};

fn lists(pages: [Answer; 2]) -> (Recorder, ListsClient) {
    let recorder = Recorder::with(pages);
    let client = ListsClient::builder("https://lists.example").transport(recorder.clone());
    (recorder, client.build().unwrap())
}

fn bodies(pages: [Value; 2]) -> (Recorder, ListsClient) {
    lists(pages.map(|page| Answer::json(200, &page)))
}

/// Returns the IDs of the first `count` items and the query string of each request.
async fn ids(count: usize, recorder: &Recorder, items: Result<Items<Item>>) -> (Vec<i64>, Vec<String>) {
    let mut items = items.unwrap();
    let mut ids = Vec::new();
    while ids.len() < count {
        ids.push(items.next().await.unwrap().unwrap().id);
    }
    (ids, recorder.queries())
}

#[tokio::test]
async fn the_body_says_what_is_next() {
    let first = json!({ "data": [{ "id": 1 }, { "id": 2 }], "more": true, "meta": { "next": "n" }, "@odata.nextLink": "/url?n=2" });
    let pages = || bodies([first.clone(), json!({ "data": [{ "id": 3 }] })]);
    let expected = |second: &str| (vec![1, 2, 3], vec![String::new(), second.to_owned()]);

    let (recorder, lists) = pages();
    assert_eq!(ids(3, &recorder, lists.by_cursor(None).await).await, expected("after=n"));
    let (recorder, lists) = pages();
    assert_eq!(ids(3, &recorder, lists.by_last(None).await).await, expected("after=2"));
    let (recorder, lists) = pages();
    assert_eq!(ids(3, &recorder, lists.by_url().await).await, expected("n=2"));
    let (recorder, lists) = pages();
    let (ids, queries) = ids(3, &recorder, lists.by_offset(Some(10)).await).await;
    assert_eq!(
        (ids, queries),
        (vec![1, 2, 3], vec!["skip=10".to_owned(), "skip=12".to_owned()]),
        "ids of the items, and queries of the requests"
    );
}

#[tokio::test]
async fn a_page_without_what_leads_on_is_the_last() {
    let (recorder, lists) = bodies([json!({ "data": [{ "id": 1 }] }), json!({})]);
    let mut items = lists.by_cursor(None).await.unwrap();
    assert_eq!(items.next().await.unwrap().unwrap(), Item { id: 1 });
    assert!(items.next().await.is_none());
    assert_eq!(recorder.queries().len(), 1);
}

#[tokio::test]
async fn headers_and_counters_say_what_is_next() {
    let (first, second) = (json!([{ "id": 1 }]), json!([{ "id": 2 }]));
    let (recorder, client) = bodies([first.clone(), second.clone()]);
    let (found, queries) = ids(2, &recorder, client.by_number(Some(4)).await).await;
    assert_eq!(
        (found, queries),
        (vec![1, 2], vec!["page=4".to_owned(), "page=5".to_owned()]),
        "ids of the items, and queries of the requests"
    );

    let with = |name, value| [Answer::json(200, &first).header(name, value), Answer::json(200, &second)];
    let (recorder, client) = lists(with("x-next-page", "b"));
    assert_eq!(
        ids(2, &recorder, client.by_header().await).await.1,
        ["", "page=b"],
        "queries of the requests"
    );
    let (recorder, client) = lists(with("link", "<https://inside.example/link?p=2>; rel=next"));
    assert_eq!(ids(2, &recorder, client.by_link().await).await.1, ["", "p=2"], "queries of the requests");
}

#[tokio::test]
async fn whole_pages_are_given_where_they_are_asked_for() {
    let first = json!({ "data": [{ "id": 1 }], "more": true, "meta": { "next": "n" } });
    let (recorder, lists) = bodies([first, json!({ "more": false })]);
    let mut pages = lists.whole_pages().await.unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap().more, Some(true));
    assert_eq!(pages.next().await.unwrap().unwrap().more, Some(false));
    assert_eq!(recorder.queries(), ["", "after=n"], "queries of the requests");
}
