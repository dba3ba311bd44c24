//! Tests links to the next page: the forms of a `Link` header, and which URLs the client follows.

use afresh::Tokens;
use afresh_tests::{Answer, Origins, Stage};
use http::HeaderValue;
use serde_json::json;

use super::{Listing, ListingClient, all, listing, queries, reported};
use crate::api::ORIGIN;

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
        assert_eq!(all(shop.linked().await).await, [[1], [2]], "values of the two pages: {lines:?}");
        assert_eq!(queries(&stage), ["", "p=2"], "queries of the requests: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_in_utf_8_is_read() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.query() {
        None => linked(&["</rebased?p=ü>; rel=next"], "[1]"),
        _ => Answer::json(200, [2]),
    });
    assert_eq!(all(listing(&stage).rebased().await).await, [[1], [2]], "values of the two pages");
    assert_eq!(queries(&stage), ["", "p=%C3%BC"], "queries of the requests");
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
        assert_eq!(all(listing(&stage).rebased().await).await, [[1], [2]], "values of the two pages: {link}");
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
