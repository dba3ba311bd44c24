//! Tests pages that are counted: by a page number, or by an offset that grows by the elements received.

use afresh_tests::Stage;
use serde_json::json;

use super::{Listing, all, listing, queries, reported};

#[tokio::test(start_paused = true)]
async fn a_page_number_is_counted_up_to_the_first_empty_page() {
    for (start, expected) in [
        (None, ["", "page=2", "page=3"]),
        (Some("0"), ["page=0", "page=1", "page=2"]),
        (Some("41"), ["page=41", "page=42", "page=43"]),
    ] {
        let stage = Stage::new();
        let last = expected[2];
        stage.respond(move |seen| match seen.query() {
            Some(query) if query == last => (200, json!([])),
            _ => (200, json!([1])),
        });
        assert_eq!(
            all(listing(&stage).numbered(start).await).await,
            [json!([1]), json!([1])],
            "values of the two pages"
        );
        assert_eq!(queries(&stage), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_no_number_is_an_error_after_the_first_page() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!([1])));
    let reported = reported(listing(&stage).numbered(Some("secret")).await).await;
    let [Ok(_), Err(error)] = &*reported else { panic!("{reported:?}") };
    assert!(error.contains("`page` is not a number") && !error.contains("secret"), "{error}");
}

/// If a page is a JSON object, the `#[pages]` attribute needs `items`. Without `items`, the first page causes an error
/// whose message names `items`.
#[tokio::test(start_paused = true)]
async fn a_count_over_an_object_without_items_is_an_error_at_once() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!({"data": [1]})));
    let reported = reported(listing(&stage).numbered(None).await).await;
    assert!(matches!(&*reported, [Err(error)] if error.contains("Add `items = ")), "{reported:?}");
    stage.assert_sends(1);
}

#[tokio::test(start_paused = true)]
async fn an_offset_grows_by_the_elements_received() {
    for (start, expected) in [(None, ["", "skip=3", "skip=5"]), (Some(10), ["skip=10", "skip=13", "skip=15"])]
    {
        let stage = Stage::new();
        let (first, last) = (expected[0], expected[2]);
        stage.respond(move |seen| match seen.query().unwrap_or_default() {
            query if query == first => (200, json!({"list": [1, [2, 3], {"a": "],"}], "total": 5})),
            query if query == last => (200, json!({"total": 5})),
            _ => (200, json!({"list": [4, 5]})),
        });
        assert_eq!(
            all(listing(&stage).by_offset(start).await).await.len(),
            3,
            "the page that is an object is returned"
        );
        assert_eq!(queries(&stage), expected);
    }
}
