//! Tests the `#[pages]` attribute: how the client finds the next page, where the pages end, and how errors between
//! pages are handled.

use afresh::{Pages, RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Origins, Stage, World};
use futures_util::TryStreamExt;
use http::HeaderValue;
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{ORIGIN, client_on, logged_in_client};

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

/// Returns a response with the given `Link` headers. The header values are bytes, because a `Link` header can contain
/// UTF-8.
fn linked(lines: &[&str], body: &str) -> Answer {
    let mut response = http::Response::new(body.to_owned());
    for line in lines {
        response.headers_mut().append("link", HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    response.into()
}

#[tokio::test(start_paused = true)]
async fn a_link_header_contains_the_next_page_in_all_its_forms() {
    let forms: &[&[&str]] = &[
        &["</linked?p=2>; rel=\"next\""],
        &["<https://shop.test/linked?p=2>;rel=next"],
        &["<?p=2>; title=\"a, <b>; rel=next\"; REL=\"last NEXT\""],
        &["</linked?p=1>; rel=prev", "</linked?p=9>; rel=last, <linked?p=2#x> ; type=\"a\" ; rel = Next"],
        &["</linked?p=9>; rel=last; title=\"ü\"", "</linked?p=2>; title=\"ü\"; rel=next"],
    ];
    for lines in forms {
        let stage = Stage::new();
        stage.respond(|seen| match seen.query() {
            None => linked(lines, "[1]"),
            _ => Answer::json(200, [2]),
        });
        let shop = ListingClient::builder(ORIGIN)
            .transport(stage.service())
            .tokens(Tokens::new("t"))
            .build()
            .unwrap();
        assert_eq!(all(shop.linked().await).await, [[1], [2]], "{lines:?}");
        assert_eq!(queries(&stage), ["", "p=2"], "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_in_utf_8_is_read() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => linked(&["</rebased?p=ü>; rel=next"], "[1]"),
        _ => Answer::json(200, [2]),
    });
    assert_eq!(all(listing(&stage).rebased().await).await, [[1], [2]]);
    assert_eq!(queries(&stage), ["", "p=%C3%BC"]);
}

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
    assert_eq!(queries(&stage), ["", "after=7"]);
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
        assert_eq!(queries(&stage), ["", "cursor=c2"]);
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
        assert_eq!(all(listing(&stage).by_header().await).await, [[1], [2]]);
        assert_eq!(queries(&stage), ["", "page=2"]);
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
    assert_eq!(queries(&stage), ["", "starting_after=b%2F1", "starting_after=3"]);
    for wrong in [json!([{"id": 1}, {}]), json!([{"id": null}]), json!([{"id": {}}]), json!([7])] {
        stage.respond(move |_| (200, wrong.clone()));
        let reported = reported(listing(&stage).by_last().await).await;
        assert!(matches!(&*reported, [Ok(_), Err(error)] if error.contains("`/id`")), "{reported:?}");
    }
}

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
        assert_eq!(all(listing(&stage).numbered(start).await).await, [json!([1]), json!([1])]);
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

#[tokio::test(start_paused = true)]
async fn further_pages_are_requested_with_the_same_bytes() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        Some(query) if query.contains("after=") => (200, json!({"meta": {}})),
        _ => (200, json!({"meta": {"next": "a+/="}})),
    });
    assert_eq!(all(listing(&stage).by_cursor(&only_filter()).await).await.len(), 2);
    let first = "q=a%20b%2F%C3%BC%2Bc&tag=x%26y&tag=z";
    assert_eq!(queries(&stage), [first.to_owned(), format!("{first}&after=a%2B%2F%3D")]);
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

/// If the next link points to a page that was already read, the caller gets the current page and then an error.
#[tokio::test(start_paused = true)]
async fn a_circle_of_pages_is_an_error_after_its_last_page() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!({"links": {"next": "/urls?p=2"}})),
        Some("p=2") => (200, json!({"links": {"next": "?p=3"}})),
        _ => (200, json!({"links": {"next": "https://shop.test/urls?p=2#again"}})),
    });
    let reported = reported(listing(&stage).by_url().await).await;
    assert!(
        matches!(&*reported, [Ok(_), Ok(_), Ok(_), Err(error)] if error.contains("never end")),
        "{reported:?}"
    );
    stage.assert_sends(3);

    let itself = Stage::new();
    itself.respond(|_| (200, json!({"links": {"next": "/urls"}})));
    assert_eq!(self::reported(listing(&itself).by_url().await).await.len(), 2);
    itself.assert_sends(1);
}

/// If the next link has a different origin, the caller gets the current page and then an error. The error contains the
/// client's origin and the origin of the next link, but no other part of the link.
#[tokio::test(start_paused = true)]
async fn a_link_to_another_origin_is_an_error_after_the_page() {
    for (link, origin) in [
        ("https://evil.test/urls?token=secret", "https://evil.test"),
        ("//evil.test:8443/urls?token=secret", "https://evil.test:8443"),
        ("http://shop.test/urls?token=secret", "http://shop.test"),
        ("https://secret@evil.test/", "https://evil.test"),
        ("ftp://evil.test/secret", "ftp://evil.test"),
        ("mailto:secret@evil.test", "mailto:"),
    ] {
        let stage = Stage::new();
        stage.respond(move |_| (200, json!({"links": {"next": link}})));
        let reported = reported(listing(&stage).by_url().await).await;
        let [Ok(_), Err(error)] = &*reported else { panic!("{reported:?}") };
        assert!(error.contains(&format!("`{origin}`")) && error.contains("`https://shop.test`"), "{error}");
        assert!(!error.contains("secret"), "{error}");
        stage.assert_sends(1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_link_is_an_error_after_the_page() {
    for link in ["https://", "http://[::1/x", "https://shop.test:99999/"] {
        let stage = Stage::new();
        stage.respond(move |_| (200, json!({"links": {"next": link}})));
        let reported = reported(listing(&stage).by_url().await).await;
        assert!(
            matches!(&*reported, [Ok(_), Err(error)] if error.contains("not a valid URL")),
            "{link}: {reported:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn user_names_in_a_link_are_not_sent() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => (200, json!({"links": {"next": "https://ann:pw@shop.test/urls?p=2"}})),
        _ => (200, json!({"links": {}})),
    });
    assert_eq!(all(listing(&stage).by_url().await).await.len(), 2);
    assert_eq!(stage.log()[1].header("authorization"), None);
}

/// With `rebase`, the client uses only the path and query of the next link.
#[tokio::test(start_paused = true)]
async fn rebase_takes_path_and_query_to_the_clients_own_origin() {
    for link in ["http://shop.test/rebased?p=2", "https://internal:8080/rebased?p=2", "//x.test/rebased?p=2"]
    {
        let stage = Stage::new();
        stage.respond(move |seen| match seen.query() {
            None => linked(&[&format!("<{link}>; rel=next")], "[1]"),
            _ => Answer::json(200, [2]),
        });
        assert_eq!(all(listing(&stage).rebased().await).await, [[1], [2]], "{link}");
        assert_eq!(stage.log()[1].origin(), ORIGIN);
        assert_eq!(stage.log()[1].route(), "GET /rebased");
    }
}

/// RFC 8288 §3.2: a relative link is resolved against the response URL.
#[tokio::test(start_paused = true)]
async fn a_relative_link_belongs_to_the_url_that_answered() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.path() {
        "/urls" => Answer::redirect("/v2/list/first"),
        "/v2/list/first" => Answer::json(200, json!({"links": {"next": "second"}})),
        _ => Answer::json(200, json!({"links": {}})),
    });
    assert_eq!(all(listing(&stage).by_url().await).await.len(), 2);
    assert_eq!(stage.log()[2].path(), "/v2/list/second");
}

#[tokio::test(start_paused = true)]
async fn a_relative_link_of_another_origin_is_not_followed() {
    let (home, elsewhere) = (Stage::new(), Stage::new());
    home.respond(|_| Answer::redirect("https://files.test/list"));
    elsewhere.respond(|_| Answer::json(200, json!({"links": {"next": "?p=2"}})));
    let origins = Origins::new().at(ORIGIN, home.clone()).at("https://files.test", elsewhere.clone());
    let shop = ListingClient::builder(ORIGIN).transport(origins.service()).build().unwrap();
    let reported = reported(shop.by_url().await).await;
    assert!(
        matches!(&*reported, [Ok(_), Err(error)] if error.contains("`https://files.test`")),
        "{reported:?}"
    );
    elsewhere.assert_sends(1);
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
    assert_eq!(queries(&stage), ["", "p=2", "p=2", "p=2"]);
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
        "{reported:?}"
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
    assert!(error.starts_with("Listing::by_header: the answer does not match the declared type"), "{error}");
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
async fn a_byte_order_mark_hides_neither_page_nor_cursor() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => Answer::new(200).body("\u{feff}{\"links\": {\"next\": \"?p=2\"}}"),
        _ => Answer::new(200).body("\u{feff}{\"links\": {}}"),
    });
    assert_eq!(all(listing(&stage).by_url().await).await.len(), 2);
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
