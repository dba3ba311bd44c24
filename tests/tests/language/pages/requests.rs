//! Tests the requests for further pages: what they contain, how they are repeated after an error, and when the client
//! sends none.

use afresh::Pages;
use afresh_tests::{Answer, Stage, World};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::{Listing, ListingClient, all, listing, only_filter, queries, reported};
use crate::api::logged_in_client;

#[tokio::test(start_paused = true)]
async fn further_pages_are_requested_with_the_same_bytes() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        Some(query) if query.contains("after=") => (200, json!({"meta": {}})),
        _ => (200, json!({"meta": {"next": "a+/="}})),
    });
    assert_eq!(all(listing(&stage).by_cursor(&only_filter()).await).await.len(), 2);
    let first = "q=a%20b%2F%C3%BC%2Bc&tag=x%26y&tag=z";
    assert_eq!(
        queries(&stage),
        [first.to_owned(), format!("{first}&after=a%2B%2F%3D")],
        "queries of the requests"
    );
    let log = stage.log();
    assert_eq!(log[0].headers(), log[1].headers());
}

#[tokio::test(start_paused = true)]
async fn a_body_is_sent_with_each_page_unless_it_can_be_sent_only_once() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!({"next": "c2"})),
        _ => (200, json!({"next": null})),
    });
    assert_eq!(all(listing(&stage).search("tea".into()).await).await.len(), 2);
    assert!(stage.log().iter().all(|seen| seen.body() == "tea"));

    let once = afresh::Body::stream(futures_util::stream::iter([Ok::<_, std::io::Error>("tea")]));
    let reported = reported(listing(&stage).search(once).await).await;
    assert!(matches!(&*reported, [Ok(_), Err(error)] if error.contains("only once")), "{reported:?}");
}

/// If a page request fails, calling `next` again repeats the request, at most two times in a row.
#[tokio::test(start_paused = true)]
async fn a_failed_page_is_requested_again_twice_and_then_the_pages_end() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::json(200, json!({"links": {"next": "?p=2"}})),
        _ => Answer::new(500),
    });
    let reported = reported(listing(&stage).by_url().await).await;
    assert!(matches!(&*reported, [Ok(_), Err(_), Err(_), Err(_)]), "{reported:?}");
    assert_eq!(queries(&stage), ["", "p=2", "p=2", "p=2"], "queries of the requests");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_arrives_at_last_resets_the_count_of_failures() {
    let stage = Stage::new();
    let failed = std::sync::Mutex::new(0);
    stage.respond(move |seen| {
        let page = seen.query().map_or(1, |query| query["p=".len()..].parse::<u32>().unwrap());
        let mut failed = failed.lock().unwrap();
        if page > 1 && *failed < 2 {
            *failed += 1;
            return Answer::reset();
        }
        *failed = 0;
        let next = if page < 4 { json!(format!("?p={}", page + 1)) } else { Value::Null };
        Answer::json(200, json!({"links": {"next": next}}))
    });
    let reported = reported(listing(&stage).by_url().await).await;
    assert_eq!(
        (reported.iter().filter(|page| page.is_ok()).count(), reported.len()),
        (4, 10),
        "successful pages, all results: {reported:?}"
    );
    stage.assert_sends(10);
}

/// If a page cannot be decoded, the caller gets an error and then the next page.
#[tokio::test(start_paused = true)]
async fn a_page_of_another_type_is_an_error_between_pages() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::json(200, ["x"]).header("x-next-page", "2"),
        _ => Answer::json(200, [2]),
    });
    let reported = reported(listing(&stage).by_header().await).await;
    let [Err(error), Ok(page)] = &*reported else { panic!("{reported:?}") };
    assert!(
        error.starts_with("Listing::by_header: the response does not match the declared type"),
        "{error}"
    );
    assert_eq!(page, &[2]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_between_two_pages_is_refreshed() {
    let world = World::new();
    world.guard_with(Answer::new(403), |seen| match seen.query() {
        None => Answer::json(200, [1]).header("link", "<?p=2>; rel=next"),
        _ => Answer::json(200, [2]),
    });
    let mut pages = logged_in_client::<ListingClient>(&world).linked().await.unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    world.authority.expire();
    assert_eq!(pages.next().await.unwrap().unwrap(), [2]);
    assert!(pages.next().await.is_none());
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_pages_and_requests_no_more() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!([1])));
    let pages = listing(&stage).numbered(None).await.unwrap().limit(2);
    assert_eq!(pages.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    stage.assert_sends(2);
    assert!(listing(&stage).numbered(None).await.unwrap().limit(0).next().await.is_none());
    stage.assert_sends(3);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_next_does_not_request_the_page_twice() {
    let stage = Stage::new();
    let shop = listing(&stage);
    let first = tokio::spawn(shop.by_url());
    stage.arrival().await.answer_json(200, json!({"links": {"next": "?p=2"}}));
    let mut pages = first.await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    assert!(futures_util::FutureExt::now_or_never(pages.next()).is_none());
    let second = stage.arrival().await;
    assert!(futures_util::FutureExt::now_or_never(pages.next()).is_none());
    second.answer_json(200, json!({"links": {}}));
    assert!(pages.next().await.unwrap().is_ok());
    stage.assert_sends(2);
}

#[tokio::test]
async fn pages_are_made_by_hand() {
    let mut pages = Pages::from_pages([vec![1], vec![2]]);
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    assert_eq!(pages.limit(1).try_collect::<Vec<Vec<i32>>>().await.unwrap(), [[2]]);
    let refused = afresh::Error::refresh("down");
    let mut pages = Pages::from_results([Ok(1), Err(refused)]);
    assert_eq!(pages.next().await.unwrap().unwrap(), 1);
    assert!(pages.next().await.unwrap().unwrap_err().is_refresh());
    assert!(pages.next().await.is_none());
}
