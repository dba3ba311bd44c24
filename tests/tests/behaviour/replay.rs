//! Tests that a call returns the response to its second request and does not send a third request.

use std::io;
use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, World};
use serde_json::json;

use crate::api::{Order, Shop, event_names, logged_in_client, order};

/// E1: if a call's second request is refused too, the call returns the second refusal and does not send a third
/// request.
#[tokio::test(start_paused = true)]
async fn a_second_refusal_is_the_answer() {
    for (first, second) in [(401, 401), (401, 403), (403, 401), (403, 403)] {
        let world = World::new();
        let shop = logged_in_client(&world);

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer_json(first, "first");
        world.stage.arrival().await.answer_with(Answer::json(second, "second").header("x-second", "yes"));
        world.stage.respond(|_| (500, "a third send"));
        let error = call.await.unwrap().unwrap_err();

        assert!(error.is_status() && !error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.json()),
            (second, Some("second".to_owned())),
            "status and body in the error"
        );
        assert_eq!(error.headers().unwrap()["x-second"], "yes");
        assert_eq!(error.rejection().unwrap().status(), first);
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}

/// E2: if the response to a call's second request is not a refusal, the response is returned to the caller and does not
/// affect the session.
#[tokio::test(start_paused = true)]
async fn any_other_second_answer_is_the_answer() {
    for second in [204, 302, 404, 409, 418, 429, 500, 502, 503] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer_json(403, "first");
        world.stage.arrival().await.answer_json(second, "second");
        world.stage.respond(|_| (500, "a third send"));
        let error = call.await.unwrap().unwrap_err();

        if second == 204 {
            assert!(error.is_decode(), "{error:?}");
        } else {
            assert!(error.is_status() && !error.is_refresh(), "{error:?}");
            assert_eq!(
                (error.status().unwrap().as_u16(), error.json()),
                (second, Some("second".to_owned())),
                "status and body in the error"
            );
        }
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);
        assert_eq!(event_names(&mut events), ["refreshed"]);
        // The next call does not need a refresh, because the session has a new token.
        world.stage.respond(|_| order(7));
        shop.order(7).await.unwrap();
        world.stage.assert_sends(3);
        world.authority.assert_refreshes(1);
    }
}

/// E3: if a call's second request fails with a network error, the call returns the error, and the next call uses the
/// new token.
#[tokio::test(start_paused = true)]
async fn a_second_send_that_fails_keeps_the_new_token() {
    let failures = [
        (io::ErrorKind::ConnectionReset, false, false),
        (io::ErrorKind::ConnectionRefused, true, false),
        (io::ErrorKind::TimedOut, false, true),
    ];
    for (kind, is_connect, is_timeout) in failures {
        let world = World::new();
        let shop = logged_in_client(&world);

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer_json(403, "first");
        world.stage.arrival().await.fail(io::Error::new(kind, "on purpose"));
        let error = call.await.unwrap().unwrap_err();

        assert_eq!(
            (error.is_connect(), error.is_timeout()),
            (is_connect, is_timeout),
            "is_connect() and is_timeout() of {error:?}"
        );
        assert!(!error.is_refresh() && !error.is_status(), "{error:?}");
        assert!(error.to_string().contains("sent again with a refreshed credential"), "{error}");
        assert_eq!(error.rejection().unwrap().body(), "\"first\"");
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);

        world.stage.respond(|_| order(7));
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        assert_eq!(world.stage.log()[2].token(), Some(&*world.authority.access(2)));
        world.stage.assert_sends(3);
        world.authority.assert_refreshes(1);
    }
}

/// E3: if the body of the response to a call's second request is cut off, the call returns an error and does not send a
/// third request.
#[tokio::test(start_paused = true)]
async fn a_second_answer_that_breaks_off_is_an_error_without_another_send() {
    let world = World::new();
    let shop = logged_in_client(&world);

    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    world.stage.arrival().await.answer_with(Answer::new(200).chunks(["{\"id\":"]).then_break());
    let error = call.await.unwrap().unwrap_err();

    assert!(!error.is_refresh() && !error.is_decode(), "{error:?}");
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// E4: if the token is refreshed again during a call's second request and the server refuses that request, the call
/// returns the refusal and does not send a third request.
#[tokio::test(start_paused = true)]
async fn a_second_refusal_is_the_answer_even_if_there_is_a_newer_token_by_then() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer(refusal);
        let again = world.stage.arrival().await;
        shop.session().refresh().await.unwrap();
        world.stage.respond(|_| (500, "a third send"));
        again.answer_json(refusal, "second");
        let error = call.await.unwrap().unwrap_err();

        assert_eq!(
            (error.status().unwrap().as_u16(), error.json()),
            (refusal, Some("second".to_owned())),
            "status and body in the error"
        );
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(2);
        let current = shop.session().tokens().unwrap();
        assert_eq!(current.access_token().unwrap().secret(), world.authority.access(3));
    }
}

/// E4: if the token was replaced during a call's second request, a refusal of that request does not mark the route as
/// forbidden.
#[tokio::test(start_paused = true)]
async fn a_second_refusal_of_a_replaced_token_does_not_make_the_route_forbidden() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let again = world.stage.arrival().await;
    shop.session().refresh().await.unwrap();
    world.stage.respond(|_| (500, "a third send"));
    again.answer(403);
    call.await.unwrap().unwrap_err();

    tokio::time::advance(Duration::from_secs(1)).await;
    world.authority.expire();
    world.guard_with(403, |_| (200, json!({ "id": 7 })));
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(3);
}
