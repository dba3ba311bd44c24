//! Tests the spans of a successful call: one span for the call and one for each of its requests.

use afresh::Client;
use afresh_tests::{Answer, Origins, Stage, World};
use reqwest::{Method, Request};
use tracing::Instrument;

use crate::api::{ORIGIN, Shop, logged_in_client, order};
use crate::recorder::Recorder;

/// A call has one span, and the call's request has a child span of the kind `client` with the attributes that
/// OpenTelemetry requires.
#[tokio::test(start_paused = true)]
async fn a_call_is_a_span_and_its_send_a_client_span_in_it() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    world.stage.respond(|_| order());
    let user = tracing::info_span!(target: "test", "user");
    logged_in_client(&world).order(7).instrument(user).await.unwrap();

    let (outer, user) = recorder.only("user");
    let (number, call) = recorder.only("afresh.call");
    assert_eq!(
        (call.parent, user.parent),
        (Some(outer), None),
        "parent spans of the call and of the user's own span"
    );
    assert_eq!(call.fields.get("otel.name"), "Shop::order");
    assert_eq!(call.fields.get("otel.kind"), "internal");
    assert_eq!(call.fields.get("afresh.method"), "Shop::order");
    assert_eq!(call.fields.get("afresh.sends"), "1");
    assert_eq!(call.fields.get("afresh.refreshed_by"), "");
    let (_, send) = recorder.only("afresh.send");
    assert_eq!(send.parent, Some(number));
    for (field, value) in [
        ("otel.name", "GET /orders/{id}"),
        ("otel.kind", "client"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("network.protocol.version", "1.1"),
        ("server.address", "shop.test"),
        ("server.port", "443"),
        ("url.scheme", "https"),
        ("url.template", "/orders/{id}"),
        ("http.request.resend_count", ""),
        ("http.request.method_original", ""),
        ("error.type", ""),
        ("otel.status_code", ""),
    ] {
        assert_eq!(send.fields.get(field), value, "{field}");
    }
    assert!(recorder.spans().iter().all(|span| span.closed));
    assert_eq!(recorder.messages(), ["logged in"]);
}

/// The `url.template` attribute is the declared path, including placeholders and rest parameters.
#[tokio::test(start_paused = true)]
async fn the_template_is_the_declared_path() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    world.stage.respond(|_| Answer::text(200, "1"));
    let shop = logged_in_client(&world);
    shop.health().await.unwrap();
    shop.line(7, &["a", "b"]).await.unwrap();
    let sends = recorder.named("afresh.send");
    let names: Vec<_> = sends.iter().map(|(_, send)| send.fields.get("otel.name")).collect();
    assert_eq!(names, ["GET /health", "GET /orders/{id}/lines/{rest*}"]);
}

/// Each redirected request has a separate span with the redirect target's address. The span name of a redirected
/// request does not contain the declared path, because the path does not apply to the redirect target.
#[tokio::test(start_paused = true)]
async fn a_redirect_is_counted_as_a_resend() {
    let (home, elsewhere, recorder) = (World::new(), Stage::new(), Recorder::default());
    let _guard = recorder.listen();
    let origins = Origins::new().at(ORIGIN, home.clone()).at("cdn.test", elsewhere.clone());
    home.stage.respond(|_| Answer::redirect("http://cdn.test:8080/a"));
    elsewhere.respond(|_| order());
    let shop = crate::api::ShopClient::builder(ORIGIN).transport(origins.service()).build().unwrap();
    shop.session().set(afresh::Tokens::new("access"));
    shop.order(7).await.unwrap();

    let (call, _) = recorder.only("afresh.call");
    let sends = recorder.named("afresh.send");
    let reported: Vec<_> = sends
        .iter()
        .map(|(_, send)| {
            assert_eq!(send.parent, Some(call));
            let field = |name| send.fields.get(name);
            (
                field("otel.name"),
                field("http.request.resend_count"),
                field("http.response.status_code"),
                field("server.address"),
                field("server.port"),
            )
        })
        .collect();
    assert_eq!(
        reported,
        [("GET /orders/{id}", "", "302", "shop.test", "443"), ("GET", "1", "200", "cdn.test", "8080")],
        "name, resend count, status, server address and port of each request"
    );
}

/// A hand-written request has no `url.template`. An HTTP method that no standard defines is recorded as `_OTHER`, as
/// OpenTelemetry requires.
#[tokio::test(start_paused = true)]
async fn a_hand_written_request_is_named_by_its_method_alone() {
    let (stage, recorder) = (Stage::new(), Recorder::default());
    let _guard = recorder.listen();
    stage.respond(|_| 204);
    let client = Client::builder("http://[::1]:8000").transport(stage.service()).build().unwrap();
    let url = "http://[::1]:8000/orders/7?key=value";
    for method in [Method::DELETE, Method::from_bytes(b"PURGE").unwrap()] {
        client.execute(Request::new(method, url.parse().unwrap())).await.unwrap();
    }
    let calls = recorder.named("afresh.call");
    assert!(calls.iter().all(|(_, call)| call.fields.get("otel.name") == "Client::execute"));
    let sends = recorder.named("afresh.send");
    let reported: Vec<_> = sends
        .iter()
        .map(|(_, send)| {
            let field = |name| send.fields.get(name);
            assert_eq!(
                (field("url.template"), field("server.address")),
                ("", "::1"),
                "`url.template` and `server.address`"
            );
            (field("otel.name"), field("http.request.method"), field("http.request.method_original"))
        })
        .collect();
    assert_eq!(
        reported,
        [("DELETE", "DELETE", ""), ("HTTP", "_OTHER", "PURGE")],
        "name, recorded HTTP method and original HTTP method of each request"
    );
}
