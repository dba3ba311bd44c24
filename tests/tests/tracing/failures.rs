//! Tests the `error.type` attribute of failed calls and their requests.

use std::time::Duration;

use afresh_tests::{Answer, World};

use crate::api::{Shop, logged_in_client, order};
use crate::recorder::Recorder;

/// Returns the `error.type` of the only call and of its only request, or an empty string for each `error.type` that was
/// not recorded.
#[track_caller]
fn error_types(recorder: &Recorder) -> [String; 2] {
    let error = |name| {
        let (_, span) = recorder.only(name);
        let failed = span.fields.get("otel.status_code") == "ERROR";
        assert_eq!(failed, !span.fields.get("error.type").is_empty());
        assert!(span.closed);
        span.fields.get("error.type").to_owned()
    };
    [error("afresh.call"), error("afresh.send")]
}

/// If the server returns an error status, the status is the `error.type` of both the call and the request.
#[tokio::test(start_paused = true)]
async fn a_status_is_a_type_of_error() {
    for (status, reported) in [(404, "404"), (503, "503")] {
        let (world, recorder) = (World::new(), Recorder::default());
        let shop = logged_in_client(&world);
        let _guard = recorder.listen();
        world.stage.respond(move |_| status);
        assert!(shop.order(7).await.unwrap_err().is_status());
        assert_eq!(
            error_types(&recorder),
            [reported, reported],
            "`error.type` of the call and of the request"
        );
    }
}

/// A status in `none_on` is not an error of the call, but OpenTelemetry requires it to be recorded as an error of the
/// request.
#[tokio::test(start_paused = true)]
async fn a_none_on_status_is_not_an_error_of_the_call() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| 404);
    assert_eq!(shop.line(7, &["a"]).await.unwrap(), None);
    assert_eq!(error_types(&recorder), ["", "404"], "`error.type` of the call and of the request");
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_an_error_of_both() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| Answer::reset());
    shop.order(7).await.unwrap_err();
    assert_eq!(
        error_types(&recorder),
        ["transport", "transport"],
        "`error.type` of the call and of the request"
    );
    assert_eq!(
        recorder.messages(),
        ["the connection failed before the response was complete. Try again later"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_times_out_cancels_its_send() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| Answer::hang());
    assert!(shop.slow().await.unwrap_err().is_timeout());
    assert_eq!(
        error_types(&recorder),
        ["timeout", "cancelled"],
        "`error.type` of the call and of the request"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_cancelled() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| Answer::hang());
    tokio::time::timeout(Duration::from_secs(1), shop.order(7)).await.unwrap_err();
    assert_eq!(
        error_types(&recorder),
        ["cancelled", "cancelled"],
        "`error.type` of the call and of the request"
    );
    drop(shop.order(8));
    recorder.only("afresh.call");
}

/// If a response cannot be decoded, an event is recorded in the caller's span.
#[tokio::test(start_paused = true)]
async fn an_answer_of_another_type_is_an_event() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| order());
    assert!(shop.health().await.unwrap_err().is_decode());
    assert_eq!(error_types(&recorder), ["", ""], "`error.type` of the call and of the request");
    let event = recorder.events().remove(0);
    assert_eq!(event.fields.get("message"), "the response cannot be decoded as the declared type");
    assert_eq!(event.fields.get("afresh.method"), "Shop::health");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_session_is_a_call_without_a_send() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    shop.session().clear();
    let _guard = recorder.listen();
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    assert_eq!(recorder.only("afresh.call").1.fields.get("error.type"), "no_session");
    assert!(recorder.named("afresh.send").is_empty());
}
