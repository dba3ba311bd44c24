//! Tests that each event is emitted once, and that a call's error contains both the server's refusal and the reason why
//! a refresh did not resolve the refusal.

use std::time::Duration;

use afresh::{Error, SessionEvent};
use afresh_tests::{Answer, Handling, Role, World};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::api::{ANN, Shop, ShopClient, event_names, logged_in_client, logged_out_client, order};
use crate::waiting::{done, drop_call, next_event, settled};

/// Returns the messages of an error and of all its sources.
fn causes(error: &Error) -> Vec<String> {
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source()).map(ToString::to_string).collect()
}

/// U1: if a session ends while a thousand calls wait, one event is emitted, and every call gets an error that contains
/// the server's response.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_is_one_event_however_many_calls_wait() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut listeners = [shop.session().events(), shop.session().events()];
    let calls: Vec<_> = (0..1000).map(|id| tokio::spawn(shop.order(id))).collect();
    let arrivals = world.stage.arrivals(1000).await;
    world.authority.revoke();
    for arrival in arrivals {
        arrival.answer_with(Answer::text(403, "expired"));
    }
    for call in calls {
        let error = done(call).await.unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
        assert_eq!(
            (error.rejection().unwrap().body(), error.method()),
            (&Bytes::from("expired"), Some("Shop::order")),
            "body of the rejection, and method in the error"
        );
    }
    for _ in 0..3 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    settled().await;
    world.stage.assert_sends(1000);
    world.authority.assert_refreshes(1);
    for events in &mut listeners {
        assert_eq!(event_names(events), ["expired"]);
    }
}

/// U1: if calls are refused after the session has ended, no further event is emitted.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_the_end_of_a_session_emits_no_event() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    let calls: Vec<_> = (0..10).map(|id| tokio::spawn(shop.order(id))).collect();
    world.authority.revoke();
    for arrival in world.stage.arrivals(10).await {
        arrival.answer(401);
        settled().await;
    }
    for call in calls {
        assert!(done(call).await.unwrap_err().is_session_expired());
    }
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), vec!["expired"]);
}

/// U2: a listener that does not read events, or that is dropped, does not delay calls. A listener that falls behind
/// still receives the latest events.
#[tokio::test(start_paused = true)]
async fn a_listener_that_reads_no_events_delays_nothing() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    let mut sleepy = shop.session().events();
    let mut eager = shop.session().events();
    let mut dying = shop.session().events();
    let dying = tokio::spawn(async move {
        dying.next().await;
        panic!("on purpose");
    });
    let mut blocked = shop.session().events();
    let blocked = tokio::spawn(async move {
        blocked.next().await;
        std::future::pending::<()>().await;
    });
    for _ in 0..200 {
        world.authority.expire();
        shop.order(7).await.unwrap();
        assert!(matches!(next_event(&mut eager).await, Some(SessionEvent::Refreshed)));
    }
    assert!(dying.await.unwrap_err().is_panic());
    drop_call(blocked).await;
    let events = event_names(&mut sleepy);
    assert!(
        (1..200).contains(&events.len()) && events.iter().all(|event| *event == "refreshed"),
        "{events:?}"
    );
    shop.logout().await.unwrap();
    assert_eq!(event_names(&mut sleepy), ["logged out"]);
}

/// U5: if a refresh fails, the call's error contains the server's response to the call and the cause of the failure.
#[tokio::test(start_paused = true)]
async fn an_error_holds_the_refusal_and_why_the_refresh_failed() {
    let world = World::new();
    let refusal = json!({ "status": { "text": "jwt expired", "severity": "error" } });
    world.guard_with(Answer::json(403, &refusal).header("x-trace", "t1"), |_| order(7));
    let shop = logged_in_client(&world);
    world.authority.expire();
    let check = |error: &Error, said: &str| {
        let rejection = error.rejection().unwrap();
        assert_eq!(
            (rejection.status().as_u16(), &rejection.headers()["x-trace"]),
            (403, &"t1".parse().unwrap()),
            "status and `x-trace` header of the rejection"
        );
        assert_eq!(serde_json::from_slice::<Value>(rejection.body()).unwrap(), refusal);
        assert_eq!(error.status().unwrap().as_u16(), 403);
        assert_eq!(error.json::<Value>().as_ref(), Some(&refusal));
        assert_eq!(error.method(), Some("Shop::order"));
        let causes = causes(error).join(": ");
        assert!(causes.contains(said), "{said}: {causes}");
    };
    world.authority.next(Role::Refresh, Handling::instead(503));
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired());
    check(&error, "503");
    check(&error.clone(), "503");
    check(&shop.order(7).await.unwrap_err(), "503");

    tokio::time::advance(Duration::from_secs(2)).await;
    world.authority.always(Role::Refresh, Handling::reset_before());
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh());
    check(&error, "connection reset by the test");

    tokio::time::advance(Duration::from_secs(4)).await;
    world.authority.always(Role::Refresh, Handling::Normal);
    world.authority.revoke();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_session_expired() && !error.is_refresh());
    check(&error, "invalid_grant");
}

/// U5: if a call was not refused, the call's error does not contain a refusal.
#[tokio::test(start_paused = true)]
async fn an_error_without_a_refusal_holds_none() {
    let world = World::new();
    world.stage.respond(|_| 404);
    let shop: ShopClient = logged_out_client(&world);
    assert!(shop.order(7).await.unwrap_err().rejection().is_none());
    shop.login(&ANN).await.unwrap();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_status() && error.rejection().is_none(), "{error:?}");
}
