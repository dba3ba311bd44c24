//! Tests logouts during calls and refreshes: the old session ends immediately and is never restored.

use std::pin::pin;
use std::time::Duration;

use afresh::{SessionEvent, SessionState};
use afresh_tests::{Answer, Authority, AuthorityConfig, Handling, Role, World};
use futures_util::poll;
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, builder, event_names, logged_in_client, logged_out_client, tokens};
use crate::fake_store::FakeStore;
use crate::identity::{BOB, HOLDS, three_waiters};
use crate::waiting::{done, next_event, settled};

/// J1, J2: if the user logs out during a refresh, the refreshed tokens are discarded, and waiting calls are not sent
/// again.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_discards_the_new_tokens() {
    for hold in HOLDS {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();
        let (calls, exchange) = three_waiters(&world, &shop, hold).await;
        world.authority.next(Role::Logout, Handling::instead(204));
        shop.logout().await.unwrap();
        let ended = Instant::now();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_no_session(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), 403);
        }
        assert_eq!(ended.elapsed(), Duration::ZERO, "no call waits for the old refresh");
        exchange.release();
        settled().await;
        assert_eq!(
            (shop.session().tokens(), shop.session().state()),
            (None, SessionState::LoggedOut),
            "tokens and state of the session"
        );
        world.stage.assert_sends(3);
        world.authority.assert_granted(1);
        assert_eq!(event_names(&mut events), ["logged out"]);
        world.stage.respond(|_| 500);
        assert!(shop.order(4).await.unwrap_err().is_no_session());
        assert_eq!(world.stage.sends(), 3, "requests at the API: no call is sent after a logout");
    }
}

/// J1: a logout also discards a refresh that has not been polled yet.
#[tokio::test(start_paused = true)]
async fn a_logout_before_the_refresh_has_run_discards_it_too() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut call = pin!(shop.order(7));
    assert!(poll!(&mut call).is_pending());
    world.stage.arrival().await.answer(403);
    assert!(poll!(&mut call).is_pending());
    assert_eq!(shop.session().state(), SessionState::Refreshing);
    world.authority.assert_refreshes(0);
    shop.session().clear().await.unwrap();
    assert!(call.await.unwrap_err().is_no_session());
    settled().await;
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.stage.assert_sends(1);
}

/// J1: if the user logs out or logs in again while a call waits for a refresh, the call is not sent.
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_to_be_sent_is_not_sent_when_its_session_ends() {
    for another in [true, false] {
        let world = World::with(AuthorityConfig {
            lifetime: Some(Duration::from_mins(1)),
            ..AuthorityConfig::default()
        });
        let shop = logged_out_client(&world);
        shop.login(&ANN).await.unwrap();
        world.authority.hold(Role::Refresh);
        advance(Duration::from_mins(1)).await;
        let calls = [1, 2, 3].map(|id| tokio::spawn(shop.order(id)));
        let exchange = world.authority.parked(Role::Refresh).await;
        settled().await;
        if another {
            shop.login(&BOB).await.unwrap();
        } else {
            shop.session().clear().await.unwrap();
        }
        exchange.release();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert_eq!(
                (error.is_superseded(), error.is_no_session()),
                (another, !another),
                "is_superseded() and is_no_session() of {error:?}"
            );
            assert!(error.rejection().is_none());
        }
        world.stage.assert_sends(0);
        world.authority.assert_refreshes(1);
    }
}

/// J1: a login response that arrives after a logout does not start a session.
#[tokio::test(start_paused = true)]
async fn a_login_answered_after_a_logout_starts_no_session() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold_processed(Role::Login);
    let login = tokio::spawn(shop.login(&ANN));
    let held = world.authority.parked(Role::Login).await;
    shop.session().clear().await.unwrap();
    held.release();
    assert!(done(login).await.unwrap_err().is_no_session());
    assert_eq!(
        (shop.session().tokens(), shop.session().state()),
        (None, SessionState::LoggedOut),
        "tokens and state of the session"
    );
}

/// J1: if the server rejects the old refresh token after a logout, no event is emitted.
#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_after_a_logout_emits_no_expired_event() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    let (calls, exchange) = three_waiters(&world, &shop, Authority::hold).await;
    shop.logout().await.unwrap();
    exchange.release();
    for call in calls {
        assert!(done(call).await.unwrap_err().is_no_session());
    }
    settled().await;
    assert_eq!(
        world.authority.granted(),
        0,
        "refreshes that issued tokens: the authority ended the session first"
    );
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.stage.assert_sends(3);
    assert_eq!(event_names(&mut events), ["logged out"]);
}

/// J5: a call that is waiting when its session is cleared is not sent, even if a later login sets new tokens.
#[tokio::test(start_paused = true)]
async fn a_waiting_call_is_not_sent_again_after_the_session_was_cleared() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let (calls, exchange) = three_waiters(&world, &shop, Authority::hold_processed).await;
    shop.session().clear().await.unwrap();
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    exchange.release();
    for call in calls {
        assert!(done(call).await.unwrap_err().is_superseded());
    }
    settled().await;
    world.stage.assert_sends(3);
}

/// J8: a logout ends the client's session immediately, even if the logout request fails.
#[tokio::test(start_paused = true)]
async fn a_logout_without_a_network_still_ends_the_session() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Logout);
    let logout = tokio::spawn(shop.logout());
    let request = world.authority.parked(Role::Logout).await;
    assert_eq!(request.token(), Some(&*world.authority.access(1)));
    assert_eq!(
        (shop.session().tokens(), shop.session().state()),
        (None, SessionState::LoggedOut),
        "tokens and state of the session"
    );
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedOut)));
    world.stage.respond(|_| 500);
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    request.answer(Answer::reset());
    let error = done(logout).await.unwrap_err();
    assert_eq!(
        (error.method(), error.status()),
        (Some("Shop::logout"), None),
        "method and status in the error"
    );
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.stage.assert_sends(0);
    world.authority.assert_logouts(1);
    assert_eq!(event_names(&mut events), [""; 0]);
}

/// J8, W10: if the server refuses a logout, the client's session still ends. If the server refuses a logout, the client
/// refreshes once and sends the logout request again.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_still_ends_the_session_and_is_sent_again_once() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Logout, Handling::instead(403));
    assert_eq!(shop.logout().await.unwrap_err().status().unwrap(), 403);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.authority.assert_refreshes(1);
    world.authority.assert_logouts(2);
}

/// W10: if the access token has expired, a logout refreshes the token and is sent again, so the session on the server
/// ends too. Only the logout uses the refreshed tokens.
#[tokio::test(start_paused = true)]
async fn a_logout_with_an_expired_token_refreshes_and_is_sent_again() {
    for status in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();
        world.authority.expire();
        world.authority.next(Role::Logout, Handling::instead(status));
        let logout = tokio::spawn(shop.logout());
        settled().await;
        done(logout).await.unwrap();
        let tokens: Vec<_> = world
            .authority
            .requests(Role::Logout)
            .iter()
            .map(|seen| seen.token().map(str::to_owned))
            .collect();
        assert_eq!(tokens, [Some(world.authority.access(1)), Some(world.authority.access(2))]);
        assert!(!world.authority.accepts(&world.authority.access(2)), "the session has ended at the server");
        assert_eq!(
            (shop.session().tokens(), shop.session().state()),
            (None, SessionState::LoggedOut),
            "tokens and state of the session"
        );
        assert_eq!(event_names(&mut events), ["logged out"]);
        world.authority.assert_refreshes(1);
        world.authority.assert_reuses(0);
    }
}

/// W10: the client's session ends before the logout call refreshes the token, so no other call gets the new token.
#[tokio::test(start_paused = true)]
async fn the_session_has_ended_while_a_logout_refreshes() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    world.authority.next(Role::Logout, Handling::instead(401));
    let logout = tokio::spawn(shop.logout());
    let exchange = world.authority.parked(Role::Refresh).await;
    assert_eq!(
        (shop.session().tokens(), shop.session().state()),
        (None, SessionState::LoggedOut),
        "tokens and state of the session"
    );
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    exchange.release();
    done(logout).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.stage.assert_sends(0);
}

/// W10: a logout during a refresh uses the new tokens from that refresh, so the refresh token is sent only once.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_uses_its_discarded_result() {
    for hold in HOLDS {
        let world = World::new();
        let shop = logged_in_client(&world);
        let (calls, exchange) = three_waiters(&world, &shop, hold).await;
        world.authority.next(Role::Logout, Handling::instead(401));
        let logout = tokio::spawn(shop.logout());
        settled().await;
        exchange.release();
        done(logout).await.unwrap();
        for call in calls {
            assert!(done(call).await.unwrap_err().is_no_session());
        }
        assert_eq!(
            world.authority.requests(Role::Logout)[1].token(),
            Some(&*world.authority.access(2)),
            "the second request has the discarded token"
        );
        world.authority.assert_refreshes(1);
        world.authority.assert_reuses(0);
        assert!(!world.authority.accepts(&world.authority.access(2)));
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

/// W10: after a logout call that refreshed the token, the store contains the logged-out state rather than the new
/// tokens.
#[tokio::test(start_paused = true)]
async fn a_refreshed_logout_leaves_nothing_in_the_store() {
    let world = World::new();
    let store = FakeStore::new();
    let shop = builder(&world).store(store.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    world.authority.next(Role::Logout, Handling::instead(401));
    shop.logout().await.unwrap();
    world.authority.assert_refreshes(1);
    world.authority.assert_logouts(2);
    let next = builder(&world).store(store).build().unwrap();
    assert_eq!(next.session().load().await.unwrap(), SessionState::LoggedOut);
}
