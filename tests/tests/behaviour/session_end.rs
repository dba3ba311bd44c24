//! Tests that a session ends only if the server clearly rejects its refresh token.

use std::time::Duration;

use afresh::{Error, SessionState};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use serde_json::json;
use tokio::time::advance;

use crate::api::{
    CookieShop, Shop, builder, event_names, logged_in_client, logged_in_cookie_client, order, tokens,
};

/// D3: a rejected refresh token ends the session. All waiting calls fail with the expired-session error, and one event
/// is emitted.
#[tokio::test(start_paused = true)]
async fn an_invalid_grant_ends_the_session_once_for_all_callers() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.revoke();
    world.guard(403);

    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.orders())).collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 403);
    }

    world.stage.assert_sends(100);
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), ["expired"]);
    assert_eq!(shop.session().state(), SessionState::Expired);
    assert_eq!(shop.session().tokens(), None);
}

/// D15, D19: after a session has ended, calls fail without being sent, and the client does not log in by itself.
#[tokio::test(start_paused = true)]
async fn after_the_end_of_the_session_calls_fail_without_being_sent() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let parked_call = tokio::spawn(shop.order(1));
    let parked = world.stage.arrival().await;
    world.authority.revoke();
    world.guard(403);
    shop.orders().await.unwrap_err();
    let sends = world.log().len();

    for _ in 0..10 {
        assert!(shop.orders().await.unwrap_err().is_session_expired());
        assert!(shop.session().refresh().await.unwrap_err().is_session_expired());
        advance(Duration::from_secs(600)).await;
    }
    // If a call is refused after the session has ended, no refresh starts.
    parked.answer(403);
    let late = parked_call.await.unwrap().unwrap_err();
    assert!(late.is_session_expired() && late.rejection().is_some(), "{late:?}");

    assert_eq!(world.log().len(), sends);
    world.authority.assert_refreshes(1);
    world.authority.assert_logins(0);
}

/// Returns the responses that a refresh endpoint can send with the given status.
fn refusals(status: u16) -> [(&'static str, Answer); 4] {
    [
        ("code", Answer::json(status, json!({ "error": "invalid_grant" }))),
        ("plain", Answer::json(status, json!({ "status": { "text": "jwt expired", "severity": "error" } }))),
        ("empty", Answer::new(status)),
        ("page", Answer::html(status, "<html>Forbidden</html>")),
    ]
}

fn assert_ended(session: &afresh::Session, error: &Error, ended: bool, case: &str) {
    let state = if ended { SessionState::Expired } else { SessionState::LoggedIn };
    assert_eq!(
        (error.is_session_expired(), session.state()),
        (ended, state),
        "{case}: is_session_expired() and session state: {error:?}"
    );
    assert_eq!(error.is_refresh(), !ended, "{case}: {error:?}");
}

/// D4: a 401 or 403 response from a token endpoint ends the session if the response body contains an OAuth error code,
/// or if `session_ends_on` lists the status.
#[tokio::test(start_paused = true)]
async fn a_401_or_403_ends_the_session_by_its_code_or_by_configuration() {
    for status in [401, 403] {
        for configured in [false, true] {
            for (case, refusal) in refusals(status) {
                let world = World::new();
                let tokens = tokens(&world.authority.issue());
                let builder = builder(&world).tokens(tokens);
                let builder = if configured { builder.session_ends_on([401, 403]) } else { builder };
                let shop = builder.build().unwrap();
                world.authority.expire();
                world.guard(403);
                world.authority.next(Role::Refresh, Handling::instead(refusal));

                let error = shop.orders().await.unwrap_err();

                let ended = case == "code" || configured && case != "page";
                assert_ended(shop.session(), &error, ended, &format!("{status} {case} {configured}"));
            }
        }
    }
}

/// D4: if the refresh token is a cookie, a 401 or 403 response to a refresh ends the session unless the body is HTML.
#[tokio::test(start_paused = true)]
async fn a_refused_refresh_cookie_ends_the_session_unless_the_answer_is_html() {
    for status in [401, 403] {
        for (case, refusal) in refusals(status) {
            let world = World::with(AuthorityConfig::cookie());
            let shop = logged_in_cookie_client(&world).await;
            world.authority.expire();
            world.guard(403);
            world.authority.next(Role::Refresh, Handling::instead(refusal));

            let error = shop.order(7).await.unwrap_err();

            assert_ended(shop.session(), &error, case != "page", &format!("{status} {case}"));
        }
    }
}

/// D7: a 200 response that contains the error `invalid_grant` ends the session.
#[tokio::test(start_paused = true)]
async fn an_error_in_a_200_is_an_error() {
    for also in [json!({}), json!({ "access_token": "stolen" })] {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.authority.expire();
        world.guard_with(403, |_| order(7));
        let mut body = json!({ "error": "invalid_grant" });
        body.as_object_mut().unwrap().extend(also.as_object().unwrap().clone());
        world.authority.next(Role::Refresh, Handling::instead((200, body)));

        let error = shop.order(7).await.unwrap_err();

        assert_ended(shop.session(), &error, true, "invalid_grant in a 200");
        assert_eq!(shop.session().tokens(), None);
    }
}
