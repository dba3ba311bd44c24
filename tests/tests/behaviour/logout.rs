//! Logouts during calls and refreshes: the old session ends at once and does not return.

use std::pin::pin;
use std::time::Duration;

use afresh::{RefreshToken, Result, SessionEvent, SessionState, api};
use afresh_tests::{Answer, Authority, AuthorityConfig, Handling, Role, World};
use futures_util::poll;
use tokio::time::{Instant, advance};

use crate::api::{ANN, ORIGIN, Shop, event_names, logged_in_client, logged_out_client, tokens};
use crate::identity::{BOB, HOLDS, three_waiters};
use crate::waiting::{done, next_event, settled};

/// J1, J2: a logout during a refresh, at each of its steps: the session stays logged out, and no call is sent again.
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
        assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
        world.stage.assert_sends(3);
        world.authority.assert_granted(1);
        assert_eq!(event_names(&mut events), ["logged out"]);
        world.stage.respond(|_| 500);
        assert!(shop.order(4).await.unwrap_err().is_no_session());
        assert_eq!(world.stage.sends(), 3, "requests at the API: after a logout, nothing is sent");
    }
}

/// J1: a logout before the refresh has run at all.
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

/// J1: calls that wait for a refresh before the first send are not sent after a logout or another login.
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
            assert_eq!((error.is_superseded(), error.is_no_session()), (another, !another), "{error:?}");
            assert!(error.rejection().is_none());
        }
        world.stage.assert_sends(0);
        world.authority.assert_refreshes(1);
    }
}

/// J1: a login that is in progress when the user logs out starts no session.
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
    assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
}

/// J1: after a logout, the rejection of the old refresh token emits no event: no session has expired.
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

/// J5: a waiting call whose session was cleared is sent neither without a token nor with a later one.
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

/// J8: a logout takes effect here at once, even if its request fails.
#[tokio::test(start_paused = true)]
async fn a_logout_without_a_network_still_ends_the_session() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Logout);
    let logout = tokio::spawn(shop.logout());
    let request = world.authority.parked(Role::Logout).await;
    assert_eq!(request.token(), Some(&*world.authority.access(1)));
    assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedOut)));
    world.stage.respond(|_| 500);
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    request.answer(Answer::reset());
    let error = done(logout).await.unwrap_err();
    assert_eq!((error.method(), error.status()), (Some("Shop::logout"), None));
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.stage.assert_sends(0);
    world.authority.assert_logouts(1);
    assert_eq!(event_names(&mut events), [""; 0]);
}

/// J8: a logout that the server refuses still ends the session. It starts no refresh and is not sent again.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_still_ends_the_session_and_is_not_sent_again() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Logout, Handling::instead(403));
    assert_eq!(shop.logout().await.unwrap_err().status().unwrap(), 403);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    world.authority.assert_refreshes(0);
    world.authority.assert_logouts(1);
}

/// A logout by RFC 7009: the token is an argument. Some servers would refuse an additional access token.
#[api]
trait Door {
    #[logout]
    #[public]
    #[post("/api/user/logout")]
    #[form("client_id" = "shop")]
    async fn revoke(&self, #[form("token")] token: &RefreshToken) -> Result<()>;
}

/// J8: a public logout ends the session like any other. It carries its argument and no access token.
#[tokio::test(start_paused = true)]
async fn a_public_logout_carries_no_access_token() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    world.authority.next(Role::Logout, Handling::instead(200));
    let door = DoorClient::builder(ORIGIN).transport(world.service()).tokens(issued.clone()).build().unwrap();
    door.revoke(issued.refresh_token().unwrap()).await.unwrap();
    assert_eq!(door.session().state(), SessionState::LoggedOut);
    let logout = &world.authority.requests(Role::Logout)[0];
    assert_eq!(logout.header("authorization"), None);
    let body = String::from_utf8(logout.body().to_vec()).unwrap();
    assert_eq!(body, format!("client_id=shop&token={}", issued.refresh_token().unwrap().secret()));
}
