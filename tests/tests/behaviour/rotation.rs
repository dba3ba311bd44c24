//! Refresh tokens that are good for one refresh: none is presented twice, and each pair is taken and kept as one.

use std::time::Duration;

use afresh::{SessionEvent, SessionState, Tokens};
use afresh_tests::{Conduct, Knobs, Role, SecretField, World};
use serde_json::json;

use crate::api::{ANN, Shop, customer, happened, order, tokens};
use crate::witness::{done, quiet, told};

/// The refresh tokens that were presented, in order.
fn presented(world: &World) -> Vec<String> {
    let exchanges = world.authority.requests(Role::Refresh);
    exchanges.iter().map(|seen| seen.json()["refresh_token"].as_str().unwrap().to_owned()).collect()
}

/// G1, G2: each refresh takes both tokens of the pair before it, and presents what the one before it brought.
#[tokio::test(start_paused = true)]
async fn each_refresh_presents_the_refresh_token_that_the_last_one_brought() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = customer(&world);
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
    assert_eq!(presented(&world), expected);
    assert_eq!(world.authority.most_at_once(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// G1: whoever looks, on whatever thread, sees an access token beside its own refresh token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_of_tokens_is_never_seen_half_replaced() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = customer(&world);
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
    assert_eq!(world.authority.posts(), 200);
    world.authority.assert_nothing_spent_twice();
}

/// G2: a refresh that failed without being processed has spent nothing; one that was refused for good ends it.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_presented_again_only_if_it_is_not_spent() {
    let world = World::new();
    world.guard_with(401, |_| order(7));
    let shop = customer(&world);
    world.authority.expire();
    world.authority.next(Role::Refresh, Conduct::instead(503));
    assert!(shop.order(7).await.unwrap_err().is_refresh());
    tokio::time::advance(Duration::from_mins(1)).await;
    shop.order(7).await.unwrap();
    assert_eq!(presented(&world), [1, 1].map(|number| world.authority.refresh(number)));

    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    for _ in 0..3 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    assert_eq!(world.authority.posts(), 3);
    world.authority.assert_nothing_spent_twice();
}

/// G6: the refusal of an old session's refresh does not end the session that came after it.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_lost_its_session_does_not_end_the_next_one() {
    let world = World::new();
    let shop = customer(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    let fresh = shop.login(&ANN).await.unwrap();
    exchange.answer((400, json!({ "error": "invalid_grant" })));
    assert!(done(call).await.unwrap_err().is_superseded());
    quiet().await;
    assert_eq!(shop.session().tokens(), Some(fresh));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(happened(&mut events), ["logged in"]);
    world.authority.assert_nothing_spent_twice();
}

/// G6: an old refresh that succeeds late does not take the place of the tokens that were set meanwhile.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_lost_its_session_does_not_bring_the_old_one_back() {
    let world = World::new();
    let shop = customer(&world);
    let mut events = shop.session().events();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    let other = tokens(&world.authority.issue());
    shop.session().set(other.clone()).await.unwrap();
    exchange.release();
    assert!(done(call).await.unwrap_err().is_superseded());
    quiet().await;
    assert_eq!(shop.session().tokens(), Some(other));
    assert!(matches!(told(&mut events).await, Some(SessionEvent::LoggedIn)));
    assert_eq!(happened(&mut events), [""; 0]);
    world.authority.assert_nothing_spent_twice();
}

/// G7: a refresh token that stays good is presented again and again, whether the answer repeats it or not.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_does_not_rotate_stays() {
    for secret_field in [SecretField::Given, SecretField::Omitted, SecretField::Empty] {
        let world = World::with(Knobs { rotate: false, secret_field, ..Knobs::default() });
        world.guard_with(403, |_| order(7));
        let shop = customer(&world);
        for _ in 0..3 {
            world.authority.expire();
            shop.order(7).await.unwrap();
        }
        assert_eq!(presented(&world), [1, 1, 1].map(|number| world.authority.refresh(number)));
        assert_eq!(world.authority.granted(), 3);
        world.authority.assert_nothing_spent_twice();
    }
}
