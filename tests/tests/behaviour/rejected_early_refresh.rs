//! If an early refresh is rejected while the access token is valid, calls do not fail until the token expires.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Handling, Role, World};
use serde_json::json;
use tokio::time::{advance, sleep};

use crate::api::{ANN, Shop, ShopClient, builder, event_names, order, tokens};
use crate::waiting::{done, settled};

/// Returns a client whose next refresh will be rejected. The client's access token has a lifetime of 600 seconds and
/// expires in 20 seconds.
async fn on_the_last_credential(world: &World) -> ShopClient {
    let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(600));
    let shop = builder(world).tokens(tokens).build().unwrap();
    let refusal = json!({ "error": "invalid_grant" });
    world.authority.always(Role::Refresh, Handling::instead((400, refusal)));
    advance(Duration::from_secs(580)).await;
    shop
}

/// D16, D15, I13: after an early refresh is rejected, the access token is used until it expires. When the token
/// expires, the session ends with one event, and no further refresh request is sent.
#[tokio::test(start_paused = true)]
async fn a_valid_token_is_used_until_it_expires_after_its_refresh_was_rejected() {
    let world = World::new();
    let shop = on_the_last_credential(&world).await;
    let mut events = shop.session().events();
    world.guard(403);
    for _ in 0..19 {
        assert!(!shop.orders().await.unwrap().receipt().is_refreshed());
        settled().await;
        advance(Duration::from_millis(999)).await;
    }
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(event_names(&mut events), ["refresh failed"]);

    advance(Duration::from_secs(1)).await;
    for _ in 0..3 {
        assert!(shop.orders().await.unwrap_err().is_session_expired());
    }
    world.stage.assert_sends(19);
    world.authority.assert_refreshes(1);
    assert_eq!(
        (event_names(&mut events), shop.session().state()),
        (vec!["expired"], SessionState::Expired),
        "events and state of the session"
    );
}

/// G4, D16: if the session ends after the response to an early refresh was lost, `is_rotation_lost` returns `true` for
/// the resulting errors.
#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_says_that_the_rotation_was_lost() {
    for refused in [false, true] {
        let world = World::new();
        let shop = on_the_last_credential(&world).await;
        world.authority.next(Role::Refresh, Handling::reset_after());
        world.guard(403);
        shop.orders().await.unwrap();
        done(tokio::spawn(sleep(Duration::from_secs(1)))).await;
        world.authority.assert_refreshes(2);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
        assert!(shop.session().refresh().await.unwrap_err().is_rotation_lost());

        match refused {
            true => world.authority.expire(),
            false => advance(Duration::from_secs(20)).await,
        }
        for _ in 0..2 {
            let error = shop.orders().await.unwrap_err();
            assert!(error.is_rotation_lost(), "{error:?}");
        }
        world.authority.assert_refreshes(2);
    }
}

/// D16: if the server refuses an unexpired access token after a rejected refresh, the session ends for all callers, and
/// only one event is emitted.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_last_credential_ends_the_session() {
    for status in [401, 403] {
        let world = World::new();
        let shop = on_the_last_credential(&world).await;
        world.guard_with(status, |_| order(7));
        shop.order(7).await.unwrap();
        settled().await;
        let mut events = shop.session().events();
        world.stage.park();

        let calls: Vec<_> = (0..10).map(|id| tokio::spawn(shop.order(id))).collect();
        for arrival in world.stage.arrivals(10).await {
            arrival.answer(status);
        }
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_session_expired(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), status);
        }
        world.authority.assert_refreshes(1);
        assert_eq!(event_names(&mut events), vec!["expired"]);
    }
}

/// D16, D15: a manual refresh does not send a rejected refresh token again, and calls keep using the valid access
/// token.
#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_token_is_not_sent_again() {
    let world = World::new();
    let shop = on_the_last_credential(&world).await;
    world.guard(403);
    shop.orders().await.unwrap();
    settled().await;
    for _ in 0..3 {
        assert!(shop.session().refresh().await.unwrap_err().is_session_expired());
        shop.orders().await.unwrap();
    }
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// D16: a rejected early refresh ends the session immediately if refused calls or a manual refresh are waiting for it.
#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_an_early_refresh_get_its_rejection() {
    for by_hand in [false, true] {
        let world = World::new();
        let shop = on_the_last_credential(&world).await;
        let mut events = shop.session().events();
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let refused = world.stage.arrival().await;
        let exchange = world.authority.parked(Role::Refresh).await;
        let error = if by_hand {
            let session = shop.session().clone();
            let asked = tokio::spawn(async move { session.refresh().await });
            settled().await;
            exchange.release();
            refused.answer_with(order(7));
            done(call).await.unwrap();
            done(asked).await.unwrap_err()
        } else {
            refused.answer(401);
            settled().await;
            exchange.release();
            done(call).await.unwrap_err()
        };
        assert!(error.is_session_expired());
        assert_eq!(shop.session().state(), SessionState::Expired);
        world.authority.assert_refreshes(1);
        assert_eq!(event_names(&mut events), ["expired"]);
    }
}

/// D16, J7: a login after a rejected refresh starts a session that can refresh again.
#[tokio::test(start_paused = true)]
async fn a_login_resets_the_rejection() {
    let world = World::new();
    let shop = on_the_last_credential(&world).await;
    world.guard(403);
    shop.orders().await.unwrap();
    settled().await;
    world.authority.always(Role::Refresh, Handling::Normal);
    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    shop.orders().await.unwrap();
    world.authority.assert_refreshes(2);
    world.authority.assert_granted(1);
}
