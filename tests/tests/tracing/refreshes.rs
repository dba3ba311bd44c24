//! Tests the session's events, and the span of a refresh, which is not a child of any waiting call's span.

use std::time::Duration;

use afresh::Tokens;
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use tracing::Level;

use crate::api::{ORIGIN, Shop, ShopClient, logged_in_client, order};
use crate::recorder::Recorder;

/// A refused call has a span for each of its two requests, and the refresh between them has a separate span. The span
/// of a call's second request has a resend count.
#[tokio::test(start_paused = true)]
async fn a_refused_call_has_two_sends_and_a_refresh_between_them() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.authority.expire();
    world.guard_with(401, |_| order());
    shop.order(7).await.unwrap();

    let (call, reported) = recorder.only("afresh.call");
    assert_eq!(
        (reported.fields.get("afresh.sends"), reported.fields.get("afresh.refreshed_by")),
        ("2", "this_call"),
        "`afresh.sends` and `afresh.refreshed_by`"
    );
    assert_eq!(
        (reported.fields.get("error.type"), reported.fields.get("otel.status_code")),
        ("", ""),
        "`error.type` and `otel.status_code`"
    );
    let (refresh, reported) = recorder.only("afresh.refresh");
    assert_eq!(
        (reported.parent, reported.follows),
        (None, vec![call]),
        "parent span of the refresh, and the calls that the refresh follows from"
    );
    assert_eq!(
        (reported.fields.get("afresh.cause"), reported.fields.get("afresh.outcome")),
        ("refused", "refreshed"),
        "`afresh.cause` and `afresh.outcome`"
    );
    let sends = recorder.named("afresh.send");
    let reported: Vec<_> = sends
        .iter()
        .map(|(_, send)| {
            let field = |name| send.fields.get(name);
            (
                send.parent,
                field("otel.name"),
                field("http.request.resend_count"),
                field("http.response.status_code"),
                field("error.type"),
            )
        })
        .collect();
    assert_eq!(
        reported,
        [
            (Some(call), "GET /orders/{id}", "", "401", "401"),
            (Some(refresh), "POST /api/user/refresh_token", "", "200", ""),
            (Some(call), "GET /orders/{id}", "1", "200", ""),
        ],
        "parent span, name, resend count, status and `error.type` of each request"
    );
    let events: Vec<_> = recorder.events().into_iter().map(|event| (event.within, event.level)).collect();
    assert_eq!(
        recorder.messages(),
        [
            "the call was refused",
            "waiting for a refresh",
            "the session is refreshed",
            "the call is sent again with a newer credential",
        ]
    );
    assert_eq!(
        events,
        [
            (Some(call), Level::DEBUG),
            (Some(call), Level::DEBUG),
            (Some(refresh), Level::INFO),
            (Some(call), Level::DEBUG),
        ],
        "span and level of each event"
    );
    assert_eq!(recorder.events()[0].fields.get("afresh.classification"), "expired");
    assert!(recorder.spans().iter().all(|span| span.closed));
}

/// U6: a failed refresh is recorded as a warning that contains the reason for the failure, and the waiting call is
/// recorded as failed.
#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_a_warning_with_its_reason() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.authority.expire();
    world.guard_with(403, |_| order());
    world.authority.next(Role::Refresh, Handling::instead(503));
    assert!(shop.order(7).await.unwrap_err().is_refresh());

    let (_, refresh) = recorder.only("afresh.refresh");
    let field = |name| refresh.fields.get(name);
    assert_eq!(
        (field("afresh.cause"), field("afresh.outcome")),
        ("maybe_expired", "failed"),
        "`afresh.cause` and `afresh.outcome` of the refresh"
    );
    assert_eq!(
        (field("error.type"), field("otel.status_code")),
        ("refresh", "ERROR"),
        "`error.type` and `otel.status_code` of the refresh"
    );
    let (_, call) = recorder.only("afresh.call");
    assert_eq!(
        (call.fields.get("error.type"), call.fields.get("otel.status_code")),
        ("refresh", "ERROR"),
        "`error.type` and `otel.status_code` of the call"
    );
    let warnings: Vec<_> = recorder.events().into_iter().filter(|event| event.level == Level::WARN).collect();
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].fields.get("message"),
        "the refresh endpoint answered 503 Service Unavailable. Try again later"
    );
}

/// U6: each change to the session is recorded as one event.
#[tokio::test(start_paused = true)]
async fn a_session_reports_every_change() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    world.guard_with(401, |_| order());
    let shop = ShopClient::builder(ORIGIN).transport(world.service()).build().unwrap();
    shop.login("secret").await.unwrap();
    shop.session().refresh().await.unwrap();
    shop.logout().await.unwrap();
    shop.login("secret").await.unwrap();
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());

    let news: Vec<_> = recorder
        .events()
        .into_iter()
        .filter(|event| event.level < Level::DEBUG)
        .map(|event| (event.level, event.fields.get("message").to_owned()))
        .collect();
    let news: Vec<_> = news.iter().map(|(level, text)| (*level, text.as_str())).collect();
    assert_eq!(
        news,
        [
            (Level::INFO, "logged in"),
            (Level::INFO, "the session is refreshed"),
            (Level::INFO, "logged out"),
            (Level::INFO, "logged in"),
            (Level::WARN, "the session has expired"),
        ],
        "level and message of each event"
    );
    let refreshes = recorder.named("afresh.refresh");
    let outcomes: Vec<_> = refreshes
        .iter()
        .map(|(_, span)| (span.fields.get("afresh.cause"), span.fields.get("afresh.outcome")))
        .collect();
    assert_eq!(
        outcomes,
        [("manual", "refreshed"), ("refused", "expired")],
        "cause and outcome of each refresh"
    );
    let names: Vec<_> = recorder
        .named("afresh.call")
        .iter()
        .map(|(_, call)| call.fields.get("afresh.method").to_owned())
        .collect();
    assert_eq!(
        names,
        ["Shop::login", "Shop::logout", "Shop::login", "Shop::order"],
        "`afresh.method` of each call"
    );
}

/// J1: a refresh whose response arrives after a logout is recorded as discarded.
#[tokio::test(start_paused = true)]
async fn a_refresh_of_an_ended_session_is_recorded_as_discarded() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.authority.hold(Role::Refresh);
    let session = shop.session().clone();
    let asking = tokio::spawn(async move { session.refresh().await });
    let parked = world.authority.parked(Role::Refresh).await;
    shop.session().clear();
    parked.release();
    assert!(asking.await.unwrap().is_err());
    tokio::time::sleep(Duration::from_millis(1)).await;
    let (_, refresh) = recorder.only("afresh.refresh");
    assert_eq!(
        (refresh.fields.get("afresh.outcome"), refresh.fields.get("error.type")),
        ("discarded", ""),
        "`afresh.outcome` and `error.type` of the refresh"
    );
}

/// A custom refresher runs inside the refresh span, so its events are recorded in that span.
#[tokio::test(start_paused = true)]
async fn a_users_refresher_runs_in_the_span_of_the_refresh() {
    let (world, recorder) = (World::new(), Recorder::default());
    world.authority.expire();
    world.stage.respond(|seen| if seen.token() == Some("new") { order() } else { (401, ().into()) });
    let shop = ShopClient::builder(ORIGIN).transport(world.service()).tokens(Tokens::new("old"));
    let shop = shop.refresh_with(|_| async {
        tracing::info!(target: "test", "asking the server");
        Ok(Tokens::new("new"))
    });
    let shop = shop.build().unwrap();
    let _guard = recorder.listen();
    shop.order(7).await.unwrap();
    let (refresh, _) = recorder.only("afresh.refresh");
    let events = recorder.events();
    let own = events.iter().find(|event| event.fields.get("message") == "asking the server").unwrap();
    assert_eq!(own.within, Some(refresh));
}

/// U6: if a refused call does not trigger a refresh, both the refusal event and the call's span state why no refresh
/// was triggered.
#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_refresh_gives_its_reason() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.stage.respond(|_| 403);
    assert!(shop.order(7).await.unwrap_err().is_status());
    let challenge = "Bearer error=\"insufficient_scope\"";
    world.stage.respond(move |_| Answer::new(401).header("www-authenticate", challenge));
    assert!(shop.order(7).await.unwrap_err().is_status());

    let calls = recorder.named("afresh.call");
    let reported: Vec<_> = calls
        .iter()
        .map(|(_, call)| {
            let field = |name| call.fields.get(name);
            (
                field("afresh.sends"),
                field("afresh.classification"),
                field("afresh.reason"),
                field("error.type"),
            )
        })
        .collect();
    assert_eq!(
        reported,
        [
            ("2", "suspect", "forbidden: a fresh token was refused, too", "403"),
            ("1", "forbidden", "forbidden: the token lacks a scope", "401"),
        ],
        "sends, classification, reason and `error.type` of each call"
    );
    let events = recorder.events();
    let refusals: Vec<_> = events
        .iter()
        .filter(|event| event.fields.get("message") == "the call was refused")
        .map(|event| (event.fields.get("afresh.classification"), event.fields.get("afresh.reason")))
        .collect();
    assert_eq!(
        refusals,
        [("suspect", ""), ("suspect", ""), ("forbidden", "forbidden: the token lacks a scope")],
        "classification and reason of each refusal"
    );
}

/// G3: if a refresh request is sent again after a lost response, the repeated request is recorded as a resend.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_sent_again_is_counted_as_a_resend() {
    let grace = Some(Duration::from_secs(60));
    let (world, recorder) =
        (World::with(AuthorityConfig { grace, ..AuthorityConfig::default() }), Recorder::default());
    let shop = logged_in_client(&world);
    let _guard = recorder.listen();
    world.authority.next(Role::Refresh, Handling::reset_after());
    shop.session().refresh().await.unwrap();
    let (refresh, _) = recorder.only("afresh.refresh");
    let sends = recorder.named("afresh.send");
    let reported: Vec<_> = sends
        .iter()
        .map(|(_, send)| {
            let field = |name| send.fields.get(name);
            (send.parent, field("otel.name"), field("http.request.resend_count"), field("error.type"))
        })
        .collect();
    let name = "POST /api/user/refresh_token";
    assert_eq!(
        reported,
        [(Some(refresh), name, "", "transport"), (Some(refresh), name, "1", "")],
        "parent span, name, resend count and `error.type` of each request"
    );
}
