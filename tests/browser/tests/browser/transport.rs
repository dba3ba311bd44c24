//! Tests the transport over `fetch`: streams, the end of a request, bodies, redirects and errors.

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::Stage;
use serde_json::{Value, json};

/// Makes the calls with this name from `page/src/transport.rs`.
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

/// A dropped call, a dropped stream and an expired timeout each end the request at the server.
#[tokio::test]
async fn a_call_that_is_dropped_ends_its_request() {
    let stage = Stage::new(&bundle::page()).await;
    assert_eq!(probe(&stage, "dropped stream").await, json!({ "value": true }));
    stage.server.probe.all_ended(1).await;
    assert_eq!(probe(&stage, "dropped call").await, json!({ "value": true }));
    stage.server.probe.all_ended(2).await;
    assert_eq!(probe(&stage, "timeout").await["kind"], "timeout");
    stage.server.probe.all_ended(3).await;
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

/// N1: the browser copies most headers to the target of a redirect, so only a request without other headers is
/// redirected.
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
