//! Tests the receipt of a successful call: who refreshed, how long the call waited, and how the refusal was classified.

use std::time::Duration;

use afresh::error::{Classification, RefreshedBy};
use afresh_tests::{AuthorityConfig, Role, World};
use tokio::time::advance;

use crate::api::{ANN, Shop, logged_in_client, logged_out_client};
use crate::waiting::{done, settled};

/// A call's receipt reports whether the call itself or another call started the refresh, how long the call waited, and
/// the generation number of the tokens that the call used.
#[tokio::test(start_paused = true)]
async fn a_receipt_says_which_call_refreshed_and_how_long_this_one_waited() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let calls: Vec<_> = (0..2).map(|_| tokio::spawn(shop.orders())).collect();
    let arrivals = world.stage.arrivals(2).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    for arrival in arrivals {
        arrival.answer(403);
        settled().await;
    }
    advance(Duration::from_secs(2)).await;
    world.guard(403);
    world.authority.open(Role::Refresh);

    let mut by = Vec::new();
    for call in calls {
        let reply = done(call).await.unwrap();
        let receipt = *reply.receipt();
        assert_eq!(
            (receipt.classification(), receipt.reason()),
            (Some(Classification::Suspect), None),
            "classification and reason in the receipt"
        );
        assert_eq!(receipt.epoch(), Some(1));
        assert_eq!(receipt.generation(), Some(2));
        assert_eq!(receipt.sends(), 2, "sends in the receipt");
        let waited = receipt.waited() >= Duration::from_secs(2);
        by.push((receipt.refreshed_by().unwrap(), receipt.is_refreshed(), waited));
    }
    assert_eq!(
        by[0],
        (RefreshedBy::ThisCall, true, true),
        "refreshed_by(), is_refreshed(), and whether the call waited for 2 s"
    );
    assert_eq!(
        by[1],
        (RefreshedBy::AnotherCall, true, true),
        "refreshed_by(), is_refreshed(), and whether the call waited for 2 s"
    );
}

/// H2: a call's receipt also reports a refresh that preceded the call's first request.
#[tokio::test(start_paused = true)]
async fn a_receipt_shows_a_refresh_before_the_first_send() {
    let world = World::with(AuthorityConfig {
        lifetime: Some(Duration::from_secs(60)),
        ..AuthorityConfig::default()
    });
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.guard(403);
    let fresh = *shop.orders().await.unwrap().receipt();
    assert_eq!(
        (fresh.refreshed_by(), fresh.waited(), fresh.classification()),
        (None, Duration::ZERO, None),
        "refreshed_by(), waited() and classification() of the receipt"
    );
    advance(Duration::from_secs(61)).await;
    let reply = shop.orders().await.unwrap();
    assert_eq!(reply.receipt().refreshed_by(), Some(RefreshedBy::ThisCall));
    assert_eq!(reply.receipt().sends(), 1, "sends in the receipt");
    assert_eq!(reply.receipt().generation(), Some(2));
}

/// C5: if a 403 response without a challenge arrives after the token's lifetime has passed, the client treats the token
/// as expired. If a 403 response without a challenge arrives during the token's lifetime, the client treats the token
/// as possibly expired.
#[tokio::test(start_paused = true)]
async fn a_403_is_classified_by_the_lifetime_of_the_token() {
    const LIFETIME: Duration = Duration::from_secs(60);
    for (later, expected) in [
        (Duration::ZERO, Classification::Suspect),
        (LIFETIME + Duration::from_secs(1), Classification::Expired),
    ] {
        let world = World::with(AuthorityConfig { lifetime: Some(LIFETIME), ..AuthorityConfig::default() });
        let shop = logged_out_client(&world);
        shop.login(&ANN).await.unwrap();
        let call = tokio::spawn(shop.orders());
        let parked = world.stage.arrival().await;
        world.authority.expire();
        world.guard(403);
        advance(later).await;
        parked.answer(403);
        let receipt = *done(call).await.unwrap().receipt();
        assert_eq!(
            (receipt.classification(), receipt.sends()),
            (Some(expected), 2),
            "classification and sends: {later:?}"
        );
    }
}

/// If a call is refused after another call has refreshed, the refused call's receipt reports `RefreshedBy::Already` and
/// no waiting time.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_finds_the_refresh_done() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let late = tokio::spawn(shop.orders());
    let parked = world.stage.arrival().await;
    world.guard(403);
    world.authority.expire();
    shop.orders().await.unwrap();
    parked.answer(403);
    let receipt = *done(late).await.unwrap().receipt();
    assert_eq!(
        (receipt.refreshed_by(), receipt.waited()),
        (Some(RefreshedBy::Already), Duration::ZERO),
        "refreshed_by() and waited() of the receipt"
    );
    assert!(!receipt.is_refreshed() && receipt.is_replayed());
    assert_eq!(receipt.classification(), Some(Classification::Suspect));
}
