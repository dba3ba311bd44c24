//! Tests logins and logouts during calls and refreshes: each login or logout ends the previous session immediately.

use std::time::Duration;

use afresh::{Error, SessionState};
use afresh_tests::{Authority, Handling, ParkedRequest, Role, World};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};

use crate::api::{
    ANN, Credentials, Order, Shop, ShopClient, event_names, logged_in_client, logged_out_client, order,
};
use crate::waiting::{done, settled};

pub const BOB: Credentials = Credentials { user: "bob" };

/// The functions that make the server hold back a refresh, either before the server processes the request or after it
/// has issued new tokens.
pub const HOLDS: [fn(&Authority, Role); 2] = [Authority::hold, Authority::hold_processed];

pub type Call = JoinHandle<Result<Order, Error>>;

/// Starts three calls that wait for one refresh. The fake server holds back the refresh response.
pub async fn three_waiters(
    world: &World,
    shop: &ShopClient,
    hold: fn(&Authority, Role),
) -> ([Call; 3], ParkedRequest) {
    hold(&world.authority, Role::Refresh);
    let calls = [1, 2, 3].map(|id| tokio::spawn(shop.order(id)));
    for arrival in world.stage.arrivals(3).await {
        arrival.answer(403);
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    settled().await;
    (calls, exchange)
}

/// J3: a login as another user during a refresh sets the new session immediately, and the old refresh does not change
/// the new session.
#[tokio::test(start_paused = true)]
async fn a_login_during_a_refresh_is_not_affected_by_it() {
    for hold in HOLDS {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();
        let (calls, exchange) = three_waiters(&world, &shop, hold).await;
        let of_bob = shop.login(&BOB).await.unwrap();
        world.guard_with(403, |_| order(9));
        assert_eq!(
            shop.order(9).await.unwrap().id,
            9,
            "the call succeeds while the old refresh is still in progress"
        );

        let waiting = Instant::now();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_superseded(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), 403);
        }
        assert_eq!(waiting.elapsed(), Duration::ZERO, "no call waits for the old refresh");
        exchange.release();
        settled().await;
        assert_eq!(shop.session().tokens().as_ref(), Some(&of_bob));
        assert_eq!(event_names(&mut events), ["logged in"]);
        shop.order(9).await.unwrap();
        let last = world.stage.log().pop().unwrap();
        assert_eq!(world.authority.credentials(last.token().unwrap()), Some(json!({ "user": "bob" })));
        world.stage.assert_sends(5);
        world.authority.assert_refreshes(1);
    }
}

/// J3: a new session's refresh does not wait for the old session's refresh.
#[tokio::test(start_paused = true)]
async fn a_new_session_does_not_wait_for_the_old_sessions_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let (calls, old) = three_waiters(&world, &shop, Authority::hold).await;
    shop.login(&BOB).await.unwrap();
    let call = tokio::spawn(shop.order(9));
    world.stage.arrival().await.answer(403);
    let new = world.authority.parked(Role::Refresh).await;
    assert_eq!(new.json()["refresh_token"], json!(world.authority.refresh(2)));
    new.release();
    world.stage.arrival().await.answer_with(order(9));
    assert_eq!(done(call).await.unwrap().id, 9);
    let of_bob = shop.session().tokens();
    old.release();
    for call in calls {
        assert!(done(call).await.unwrap_err().is_superseded());
    }
    settled().await;
    assert_eq!(shop.session().tokens(), of_bob);
}

/// J4: a call that is refused after a login or logout is not sent again, even if the same user has logged in.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_is_never_followed_by_a_send_under_another_login() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut arrivals = Vec::new();
        let calls = [1, 2, 3].map(|id| tokio::spawn(shop.order(id)));
        arrivals.extend(world.stage.arrivals(3).await);
        shop.login(&BOB).await.unwrap();
        arrivals.remove(0).answer(refusal);
        settled().await;
        shop.session().clear().await.unwrap();
        arrivals.remove(0).answer(refusal);
        settled().await;
        shop.login(&ANN).await.unwrap();
        arrivals.remove(0).answer(refusal);
        let [first, second, third] = calls;
        for (call, logged_out) in [(first, false), (second, true), (third, false)] {
            let error = done(call).await.unwrap_err();
            assert_eq!(
                (error.is_superseded(), error.is_no_session()),
                (!logged_out, logged_out),
                "`is_superseded` and `is_no_session` of the error: {error:?}"
            );
            assert_eq!(error.rejection().unwrap().status(), refusal);
        }
        world.stage.assert_sends(3);
        world.authority.assert_refreshes(0);
    }
}

/// J4: a response that is not a refusal is returned to the caller even if a login or logout happened during the call.
#[tokio::test(start_paused = true)]
async fn a_late_answer_that_is_not_a_refusal_reaches_its_caller() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let calls = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let arrivals = world.stage.arrivals(2).await;
    shop.login(&BOB).await.unwrap();
    for (arrival, status) in arrivals.into_iter().zip([200, 404]) {
        arrival.answer_json(status, json!({ "id": 1 }));
    }
    let [first, second] = calls;
    assert_eq!(done(first).await.unwrap().id, 1);
    assert_eq!(done(second).await.unwrap_err().status().unwrap(), 404);
}

/// J6: one user's logout does not affect another user's refresh.
#[tokio::test(start_paused = true)]
async fn a_logout_of_one_session_does_not_affect_the_refresh_of_another() {
    let world = World::new();
    let (ann, bob) = (logged_in_client(&world), logged_in_client(&world));
    let (calls, exchange) = three_waiters(&world, &ann, Authority::hold).await;
    bob.logout().await.unwrap();
    exchange.release();
    world.stage.respond(|_| order(7));
    for call in calls {
        done(call).await.unwrap();
    }
    assert_eq!(
        (ann.session().state(), bob.session().state()),
        (SessionState::LoggedIn, SessionState::LoggedOut),
        "states of Ann's and Bob's sessions"
    );
    world.stage.assert_sends(6);
    world.authority.assert_refreshes(1);
}

/// J7: a login after the session has expired starts a new session. Each session that expires emits one event.
#[tokio::test(start_paused = true)]
async fn a_login_after_the_end_of_the_session_starts_a_new_one() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    for _ in 0..2 {
        world.authority.revoke();
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
        assert_eq!(shop.session().state(), SessionState::Expired);
        shop.login(&ANN).await.unwrap();
        assert_eq!(shop.order(7).await.unwrap().id, 7);
    }
    assert_eq!(event_names(&mut events), ["expired", "logged in", "expired", "logged in"]);
}

/// J7: a login resets the client's records of failed refreshes and forbidden routes.
#[tokio::test(start_paused = true)]
async fn a_login_resets_failed_refreshes_and_forbidden_routes() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 403);
    world.authority.next(Role::Refresh, Handling::retry_after(503, "300"));
    assert!(shop.order(7).await.unwrap_err().is_refresh());
    assert!(shop.order(7).await.unwrap_err().is_refresh());
    assert_eq!(world.authority.refreshes(), 1, "refreshes: the failure is remembered");
    shop.login(&ANN).await.unwrap();
    assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), 403);
    assert_eq!(world.authority.refreshes(), 2, "refreshes: the login resets the failure");
    assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), 403);
    assert_eq!(world.authority.refreshes(), 2, "refreshes: the route is known to be forbidden");
    shop.login(&BOB).await.unwrap();
    assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), 403);
    assert_eq!(world.authority.refreshes(), 3, "refreshes: the route is not known to be forbidden for Bob");
}

/// Q1: within one process, one user's calls neither wait for another user's refresh nor fail when that refresh fails.
#[tokio::test(start_paused = true)]
async fn two_users_share_neither_a_refresh_nor_its_failure() {
    let world = World::new();
    let (ann, bob) = (logged_out_client(&world), logged_out_client(&world));
    ann.login(&ANN).await.unwrap();
    bob.login(&BOB).await.unwrap();
    world.authority.hold(Role::Refresh);
    let of_ann = tokio::spawn(ann.order(1));
    world.stage.arrival().await.answer(403);
    let ann_refreshes = world.authority.parked(Role::Refresh).await;
    let of_bob = tokio::spawn(bob.order(2));
    world.stage.arrival().await.answer(403);
    let bob_refreshes = world.authority.parked(Role::Refresh).await;
    assert_eq!(world.authority.max_concurrent_refreshes(), 2, "refreshes at the same time: one for each");

    world.guard_with(403, |_| order(2));
    bob_refreshes.release();
    assert_eq!(done(of_bob).await.unwrap().id, 2);
    ann_refreshes.answer(503);
    assert!(done(of_ann).await.unwrap_err().is_refresh());
    world.authority.open(Role::Refresh);
    world.authority.expire();
    for _ in 0..10 {
        assert!(ann.order(1).await.unwrap_err().is_refresh());
    }
    assert_eq!(bob.order(2).await.unwrap().id, 2, "Ann's failed refresh does not affect Bob");
    world.authority.assert_refreshes(3);
    advance(Duration::from_mins(1)).await;
    ann.order(1).await.unwrap();
    world.authority.assert_refreshes(4);
    world.authority.assert_granted(3);
}
