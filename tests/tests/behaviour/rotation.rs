//! Tests refresh token rotation: a used refresh token is not sent again, and the access token and refresh token are
//! always replaced together.

use std::time::Duration;

use afresh::{SessionEvent, SessionState, Tokens};
use afresh_tests::{AuthorityConfig, Handling, RefreshTokenField, Role, World};
use serde_json::json;

use crate::api::{ANN, Shop, event_names, logged_in_client, order, tokens};
use crate::waiting::{done, next_event, settled};

/// Returns all refresh tokens that the server has received, in order.
fn presented(world: &World) -> Vec<String> {
    let exchanges = world.authority.requests(Role::Refresh);
    exchanges.iter().map(|seen| seen.json()["refresh_token"].as_str().unwrap().to_owned()).collect()
}

/// G1, G2: each refresh replaces both tokens and sends the refresh token that the previous refresh returned.
#[tokio::test(start_paused = true)]
async fn each_refresh_presents_the_refresh_token_of_the_previous_one() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    for generation in 2..=20 {
        world.authority.expire();
        let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
        for call in calls {
            done(call).await.unwrap();
        }
        let (access, refresh) = (world.authority.access(generation), world.authority.refresh(generation));
        assert_eq!(shop.session().tokens(), Some(Tokens::new(access).with_refresh(refresh)));
    }
    let expected: Vec<_> = (1..20).map(|number| world.authority.refresh(number)).collect();
    assert_eq!(presented(&world), expected, "refresh tokens of the requests");
    world.authority.assert_max_concurrent_refreshes(1);
}

/// G1: a reader on another thread never sees an access token together with a refresh token from a different refresh.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_of_tokens_is_never_seen_half_replaced() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    let refreshing = tokio::spawn({
        let (world, shop) = (world.clone(), shop.clone());
        async move {
            for _ in 0..200 {
                world.authority.expire();
                shop.order(7).await.unwrap();
            }
        }
    });
    while !refreshing.is_finished() {
        let seen = shop.session().tokens().unwrap();
        let number = world.authority.number_of(seen.access_token().unwrap().secret()).unwrap();
        assert_eq!(seen.refresh_token().unwrap().secret(), world.authority.refresh(number));
    }
    refreshing.await.unwrap();
    world.authority.assert_refreshes(200);
}

/// G2: if the server did not process a failed refresh, the same refresh token is sent again. A rejected refresh token
/// is not sent again.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_presented_again_only_if_it_is_not_spent() {
    let world = World::new();
    world.guard_with(401, |_| order(7));
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.authority.next(Role::Refresh, Handling::instead(503));
    assert!(shop.order(7).await.unwrap_err().is_refresh());
    tokio::time::advance(Duration::from_mins(1)).await;
    shop.order(7).await.unwrap();
    assert_eq!(
        presented(&world),
        [1, 1].map(|number| world.authority.refresh(number)),
        "refresh tokens of the requests"
    );

    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    for _ in 0..3 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    world.authority.assert_refreshes(3);
}

/// G6: if an old session's refresh is rejected, the new session does not end.
#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_of_an_old_session_does_not_end_the_next_one() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    let fresh = shop.login(&ANN).await.unwrap();
    exchange.answer((400, json!({ "error": "invalid_grant" })));
    assert!(done(call).await.unwrap_err().is_superseded());
    settled().await;
    assert_eq!(shop.session().tokens(), Some(fresh));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(event_names(&mut events), ["logged in"]);
}

/// G6: if an old session's refresh succeeds late, the refresh does not replace the new session's tokens.
#[tokio::test(start_paused = true)]
async fn a_late_refresh_of_an_old_session_does_not_replace_the_next_one() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    let other = tokens(&world.authority.issue());
    shop.session().set(other.clone()).await.unwrap();
    exchange.release();
    assert!(done(call).await.unwrap_err().is_superseded());
    settled().await;
    assert_eq!(shop.session().tokens(), Some(other));
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedIn)));
    assert_eq!(event_names(&mut events), [""; 0]);
}

/// G7: if the server does not rotate refresh tokens, the same refresh token is sent again, whether or not the response
/// contains it.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_does_not_rotate_is_kept() {
    for refresh_token_field in
        [RefreshTokenField::Given, RefreshTokenField::Omitted, RefreshTokenField::Empty]
    {
        let world =
            World::with(AuthorityConfig { rotate: false, refresh_token_field, ..AuthorityConfig::default() });
        world.guard_with(403, |_| order(7));
        let shop = logged_in_client(&world);
        for _ in 0..3 {
            world.authority.expire();
            shop.order(7).await.unwrap();
        }
        assert_eq!(
            presented(&world),
            [1, 1, 1].map(|number| world.authority.refresh(number)),
            "refresh tokens of the requests"
        );
        world.authority.assert_granted(3);
    }
}
