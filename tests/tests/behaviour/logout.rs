//! Logouts while calls and refreshes are under way: what was before is over at once, and nothing of it comes back.

use std::pin::pin;
use std::time::Duration;

use afresh::{RefreshToken, Result, SessionEvent, SessionState, api};
use afresh_tests::{Answer, Authority, Conduct, Knobs, Role, World};
use futures_util::poll;
use tokio::time::{Instant, advance};

use crate::api::{ANN, ORIGIN, Shop, customer, happened, stranger, tokens};
use crate::identity::{BOB, HOLDS, three_waiters};
use crate::witness::{done, quiet, told};

/// J1, J2: a logout in the middle of a refresh, wherever it stands: nothing comes back, and no call is sent again.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_discards_what_it_brings() {
    for hold in HOLDS {
        let world = World::new();
        let shop = customer(&world);
        let mut events = shop.session().events();
        let (calls, exchange) = three_waiters(&world, &shop, hold).await;
        world.authority.next(Role::Logout, Conduct::instead(204));
        shop.logout().await.unwrap();
        let ended = Instant::now();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_no_session(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), 403);
        }
        assert_eq!(ended.elapsed(), Duration::ZERO, "nobody waits for what does not matter any more");
        exchange.release();
        quiet().await;
        assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
        assert_eq!((world.stage.sends(), world.authority.granted()), (3, 1));
        assert_eq!(happened(&mut events), ["logged out"]);
        world.stage.respond(|_| 500);
        assert!(shop.order(4).await.unwrap_err().is_no_session());
        assert_eq!(world.stage.sends(), 3, "who is logged out sends nothing");
        world.authority.assert_nothing_spent_twice();
    }
}

/// J1: a logout before the refresh has run at all.
#[tokio::test(start_paused = true)]
async fn a_logout_before_a_refresh_has_run_discards_it_too() {
    let world = World::new();
    let shop = customer(&world);
    let mut call = pin!(shop.order(7));
    assert!(poll!(&mut call).is_pending());
    world.stage.arrival().await.answer(403);
    assert!(poll!(&mut call).is_pending());
    assert_eq!((shop.session().state(), world.authority.posts()), (SessionState::Refreshing, 0));
    shop.session().clear().await.unwrap();
    assert!(call.await.unwrap_err().is_no_session());
    quiet().await;
    assert_eq!((shop.session().state(), world.stage.sends()), (SessionState::LoggedOut, 1));
    world.authority.assert_nothing_spent_twice();
}

/// J1: calls that wait for a refresh before they are sent at all are not sent after a logout or another login.
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_to_be_sent_is_not_sent_when_its_session_ends() {
    for another in [true, false] {
        let world = World::with(Knobs { lifetime: Some(Duration::from_mins(1)), ..Knobs::default() });
        let shop = stranger(&world);
        shop.login(&ANN).await.unwrap();
        world.authority.hold(Role::Refresh);
        advance(Duration::from_mins(1)).await;
        let calls = [1, 2, 3].map(|id| tokio::spawn(shop.order(id)));
        let exchange = world.authority.parked(Role::Refresh).await;
        quiet().await;
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
        assert_eq!((world.stage.sends(), world.authority.posts()), (0, 1));
        world.authority.assert_nothing_spent_twice();
    }
}

/// J1: a login that is under way when its user logs out brings nobody back.
#[tokio::test(start_paused = true)]
async fn a_login_answered_after_a_logout_starts_no_session() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold_processed(Role::Login);
    let login = tokio::spawn(shop.login(&ANN));
    let held = world.authority.parked(Role::Login).await;
    shop.session().clear().await.unwrap();
    held.release();
    assert!(done(login).await.unwrap_err().is_no_session());
    assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
    world.authority.assert_nothing_spent_twice();
}

/// J1: after a logout even the refusal of the old refresh token is no news: nobody's session has expired.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_logout_is_no_expiry() {
    let world = World::new();
    let shop = customer(&world);
    let mut events = shop.session().events();
    let (calls, exchange) = three_waiters(&world, &shop, Authority::hold).await;
    shop.logout().await.unwrap();
    exchange.release();
    for call in calls {
        assert!(done(call).await.unwrap_err().is_no_session());
    }
    quiet().await;
    assert_eq!(world.authority.granted(), 0, "the authority ended the session first");
    assert_eq!((shop.session().state(), world.stage.sends()), (SessionState::LoggedOut, 3));
    assert_eq!(happened(&mut events), ["logged out"]);
    world.authority.assert_nothing_spent_twice();
}

/// J5: a waiter whose session was cleared by hand is not sent without a token, nor with a later one.
#[tokio::test(start_paused = true)]
async fn a_waiter_is_not_sent_again_after_the_session_was_cleared() {
    let world = World::new();
    let shop = customer(&world);
    let (calls, exchange) = three_waiters(&world, &shop, Authority::hold_processed).await;
    shop.session().clear().await.unwrap();
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    exchange.release();
    for call in calls {
        assert!(done(call).await.unwrap_err().is_superseded());
    }
    quiet().await;
    assert_eq!(world.stage.sends(), 3);
    world.authority.assert_nothing_spent_twice();
}

/// J8: a logout takes effect here, at once, whatever becomes of its request.
#[tokio::test(start_paused = true)]
async fn a_logout_without_a_network_ends_the_session_all_the_same() {
    let world = World::new();
    let shop = customer(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Logout);
    let logout = tokio::spawn(shop.logout());
    let request = world.authority.parked(Role::Logout).await;
    assert_eq!(request.token(), Some(&*world.authority.access(1)));
    assert_eq!((shop.session().tokens(), shop.session().state()), (None, SessionState::LoggedOut));
    assert!(matches!(told(&mut events).await, Some(SessionEvent::LoggedOut)));
    world.stage.respond(|_| 500);
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    request.answer(Answer::reset());
    let error = done(logout).await.unwrap_err();
    assert_eq!((error.method(), error.status()), (Some("Shop::logout"), None));
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    assert_eq!((world.stage.sends(), world.authority.logouts()), (0, 1));
    assert_eq!(happened(&mut events), [""; 0]);
    world.authority.assert_nothing_spent_twice();
}

/// J8: a logout that the server refuses is neither refreshed for nor repeated, and holds.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_holds_and_is_not_repeated() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.always(Role::Logout, Conduct::instead(403));
    assert_eq!(shop.logout().await.unwrap_err().status().unwrap(), 403);
    assert_eq!((shop.session().state(), world.authority.posts()), (SessionState::LoggedOut, 0));
    assert_eq!(world.authority.logouts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// How a session ends by RFC 7009: the token is an argument, and an access token beside it would be refused by some.
#[api]
trait Door {
    #[logout]
    #[public]
    #[post("/api/user/logout")]
    #[form("client_id" = "shop")]
    async fn revoke(&self, #[form("token")] token: &RefreshToken) -> Result<()>;
}

/// J8: a logout that is public ends the session as any other does, and carries what it was given and no access token.
#[tokio::test(start_paused = true)]
async fn a_public_logout_carries_no_access_token() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    world.authority.next(Role::Logout, Conduct::instead(200));
    let door = DoorClient::builder(ORIGIN).transport(world.service()).tokens(issued.clone()).build().unwrap();
    door.revoke(issued.refresh_token().unwrap()).await.unwrap();
    assert_eq!(door.session().state(), SessionState::LoggedOut);
    let logout = &world.authority.requests(Role::Logout)[0];
    assert_eq!(logout.header("authorization"), None);
    let body = String::from_utf8(logout.body().to_vec()).unwrap();
    assert_eq!(body, format!("client_id=shop&token={}", issued.refresh_token().unwrap().secret()));
}
