//! Tests the value in a page that points to the next page, and what happens if this value is missing, empty or of the
//! wrong type.

use afresh_tests::{Answer, Stage};
use serde_json::json;

use super::{Listing, all, listing, only_filter, queries, reported};

/// If the cursor or URL is missing or empty, the current page is the last page.
#[tokio::test(start_paused = true)]
async fn an_empty_pointer_ends_the_pages() {
    let ends = [
        json!({"links": {}, "meta": {}}),
        json!({"links": {"next": null}, "meta": {"next": null}}),
        json!({"links": {"next": false}, "meta": {"next": false}}),
        json!({"links": {"next": ""}, "meta": {"next": ""}}),
        json!({"links": {"next": []}, "meta": {"next": []}}),
    ];
    for end in ends {
        let stage = Stage::new();
        let body = end.clone();
        stage.respond(move |_| (200, body.clone()));
        assert_eq!(all(listing(&stage).by_url().await).await, std::slice::from_ref(&end));
        assert_eq!(all(listing(&stage).by_cursor(&only_filter()).await).await, [end]);
        stage.assert_sends(2);
    }
}

/// If the cursor's parent object is missing, or the cursor has the wrong type, the caller gets the current page and
/// then an error.
#[tokio::test(start_paused = true)]
async fn a_pointer_that_does_not_fit_is_an_error_after_the_page() {
    for (wrong, part) in [
        (json!({}), "no object that can contain `/meta/next`"),
        (json!({"meta": null}), "no object that can contain `/meta/next`"),
        (json!({"meta": "x"}), "no object that can contain `/meta/next`"),
        (json!({"meta": ["x"]}), "no object that can contain `/meta/next`"),
        (json!([{"meta": {"next": "x"}}]), "no object that can contain `/meta/next`"),
        (json!({"meta": {"next": {"a": 1}}}), "the value at `/meta/next`"),
        (json!({"meta": {"next": true}}), "the value at `/meta/next`"),
        (json!({"meta": {"next": ["x"]}}), "the value at `/meta/next`"),
    ] {
        let stage = Stage::new();
        let body = wrong.clone();
        stage.respond(move |_| (200, body.clone()));
        let reported = reported(listing(&stage).by_cursor(&only_filter()).await).await;
        let [Ok(page), Err(error)] = &*reported else { panic!("{wrong}: {reported:?}") };
        assert_eq!(page, &wrong);
        assert!(error.starts_with("Listing::by_cursor: ") && error.contains(part), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_is_no_url() {
    let stage = Stage::new();
    stage.respond(|_| (200, json!({"links": {"next": 7}})));
    let reported = reported(listing(&stage).by_url().await).await;
    assert!(matches!(&*reported, [Ok(_), Err(error)] if error.contains("is not a URL")), "{reported:?}");
}

/// If a field marked with `?` is missing, the current page is the last page.
#[tokio::test(start_paused = true)]
async fn a_marked_member_may_be_missing() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!({"paging": {"next": {"after": 7}}})),
        _ => (200, json!({"results": []})),
    });
    assert_eq!(all(listing(&stage).optional().await).await.len(), 2);
    assert_eq!(queries(&stage), ["", "after=7"], "queries of the requests");
    stage.respond(|_| (200, json!({"paging": null})));
    assert_eq!(all(listing(&stage).optional().await).await.len(), 1);
    stage.respond(|_| (200, json!({"paging": {}})));
    let reported = reported(listing(&stage).optional().await).await;
    assert!(
        matches!(&*reported, [Ok(_), Err(error)] if error.contains("`/paging/next/after`")),
        "{reported:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn anything_but_true_says_that_there_is_no_more() {
    for no in [json!({}), json!({"more": false}), json!({"more": "true"}), json!({"more": 1}), json!(null)] {
        let stage = Stage::new();
        stage.respond(move |seen| match seen.query() {
            None => (200, json!({"next": "c2", "meta": {"more": true}})),
            _ => (200, json!({"next": "c3", "meta": no})),
        });
        assert_eq!(all(listing(&stage).while_more().await).await.len(), 2);
        assert_eq!(queries(&stage), ["", "cursor=c2"], "queries of the requests");
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_is_copied_to_its_parameter_until_it_is_empty() {
    for end in [None, Some("")] {
        let stage = Stage::new();
        stage.respond(move |seen| match (seen.query(), end) {
            (None, _) => Answer::json(200, [1]).header("x-next-page", "2"),
            (_, Some(end)) => Answer::json(200, [2]).header("x-next-page", end),
            (_, None) => Answer::json(200, [2]),
        });
        assert_eq!(all(listing(&stage).by_header().await).await, [[1], [2]], "values of the two pages");
        assert_eq!(queries(&stage), ["", "page=2"], "queries of the requests");
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_of_the_last_element_determines_the_next_page() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!([{"id": "a"}, {"id": "b/1"}])),
        Some("starting_after=b%2F1") => (200, json!([{"id": 3}])),
        _ => (200, json!([])),
    });
    assert_eq!(all(listing(&stage).by_last().await).await.len(), 2);
    assert_eq!(queries(&stage), ["", "starting_after=b%2F1", "starting_after=3"], "queries of the requests");
    for wrong in [json!([{"id": 1}, {}]), json!([{"id": null}]), json!([{"id": {}}]), json!([7])] {
        stage.respond(move |_| (200, wrong.clone()));
        let reported = reported(listing(&stage).by_last().await).await;
        assert!(matches!(&*reported, [Ok(_), Err(error)] if error.contains("`/id`")), "{reported:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_hides_neither_page_nor_cursor() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::new(200).body("\u{feff}{\"links\": {\"next\": \"?p=2\"}}"),
        _ => Answer::new(200).body("\u{feff}{\"links\": {}}"),
    });
    assert_eq!(all(listing(&stage).by_url().await).await.len(), 2);
}
