//! Tests the `fetch` transport: streams, aborted requests, bodies, redirects and errors.

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::Stage;
use serde_json::{Value, json};

/// Runs the named group of calls from `page/src/transport.rs`.
async fn probe(stage: &Stage, name: &str) -> Value {
    let tab = stage.open().await;
    let script = format!("page.probe('{}', '{name}')", stage.server.origin());
    tab.evaluate(&script).await.expect("the page reports what its calls return")
}

#[tokio::test]
async fn answers_are_read_as_they_arrive() {
    let stage = Stage::new(&bundle::page()).await;
    assert_eq!(probe(&stage, "lines").await, json!({ "value": [1, 22, 33] }));
    assert_eq!(probe(&stage, "latin").await, json!({ "value": "café" }));
}

/// If a call or its stream is dropped, or if the call's timeout elapses, the browser aborts the request, and the
/// request also ends on the server.
#[tokio::test]
async fn a_call_that_is_dropped_ends_its_request() {
    let stage = Stage::new(&bundle::page()).await;
    assert_eq!(probe(&stage, "dropped stream").await, json!({ "value": true }));
    stage.server.probe.all_ended(1).await;
    assert_eq!(probe(&stage, "dropped call").await, json!({ "value": true }));
    stage.server.probe.all_ended(2).await;
    assert_eq!(probe(&stage, "timeout").await["kind"], "timeout");
    stage.server.probe.all_ended(3).await;
    let events = json!([["7", "tick", 1], ["7", null, 2], ["7", null, 3]]);
    assert_eq!(probe(&stage, "dropped events").await, json!({ "value": events }));
    stage.server.probe.all_ended(4).await;
}

#[tokio::test]
async fn bodies_arrive_as_they_do_outside_of_a_browser() {
    let stage = Stage::new(&bundle::page()).await;
    let parts = probe(&stage, "parts").await;
    let text = parts["value"].as_str().expect("the parts are echoed");
    let boundary =
        text.lines().next().and_then(|kind| kind.strip_prefix("multipart/form-data; boundary=")).unwrap();
    let expected = format!(
        "multipart/form-data; boundary={boundary}\n--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nme\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\\\\%22b.png\"\r\n\
         Content-Type: application/octet-stream\r\n\r\np\r\n--{boundary}--\r\n"
    );
    assert_eq!(text, expected);
    assert_eq!(probe(&stage, "stream").await, json!({ "value": "application/octet-stream\none two" }));
    assert!(probe(&stage, "wrong length").await["text"].is_string());
}

/// N1: on a redirect, the browser sends most headers to the redirect target, so the browser may follow a redirect only
/// for a request without additional headers.
#[tokio::test]
async fn only_a_request_without_other_headers_is_redirected() {
    let stage = Stage::new(&bundle::page()).await;
    assert_eq!(probe(&stage, "redirect").await, json!({ "value": "here" }));
    for name in ["redirect with a header", "redirect of a login"] {
        let failed = probe(&stage, name).await;
        assert!(failed["text"].as_str().is_some_and(|text| text.contains("redirected")), "{name}: {failed}");
    }
    assert_eq!(probe(&stage, "refresh_on").await["kind"], "builder");
}

/// In a browser, the client applies the same URL rules as on every other target, even though the browser parses the
/// URLs.
#[tokio::test]
async fn urls_follow_the_same_rules_as_outside_of_a_browser() {
    let stage = Stage::new(&bundle::page()).await;
    let linked = probe(&stage, "linked pages").await;
    assert_eq!(linked["value"][0], json!([1, 2, 3]));
    let error = linked["value"][1].as_str().expect("the last link leads to another origin");
    assert!(error.contains("`http://other.test`") && error.contains(&stage.server.origin()), "{error}");
    let numbered = probe(&stage, "numbered pages").await;
    let query = |page| format!("filter=a%20b%2F%C3%A4%26c&page={page}");
    assert_eq!(numbered, json!({ "value": [[query(1), query(2)], null] }));
    let plain = "the base URL uses plain http for a host that is not loopback";
    let bases = [
        "",
        "",
        "",
        "",
        plain,
        "must not contain a user name",
        "must not have a query",
        "must be an https URL",
        "not a valid URL",
    ];
    check(&probe(&stage, "base URLs").await, &bases);
    let more = "must consist of only a scheme, a host and a port";
    check(&probe(&stage, "origins").await, &["", "", "uses plain http", more, more, more]);
}

/// An empty string in `expected` means that the URL is valid.
fn check(texts: &Value, expected: &[&str]) {
    let texts = texts["value"].as_array().expect("one text for each URL");
    assert_eq!(texts.len(), expected.len());
    for (text, expected) in texts.iter().zip(expected) {
        let text = text.as_str().unwrap_or_default();
        assert!(
            if expected.is_empty() { text == "valid" } else { text.contains(expected) },
            "{text}, not {expected}"
        );
    }
}
