//! Tests requests that are in progress while their tokens are replaced: a refused refresh does not end the session, and
//! refused calls are sent again.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{AuthorityConfig, Role, World};
use serde_json::json;
use tokio::time::advance;

use crate::api::{Order, Shop, builder, event_names, logged_in_client, order, tokens};
use crate::waiting::{done, settled};

/// G5: if newer tokens are set during a refresh and the server then refuses the refresh, the session does not end.
#[tokio::test(start_paused = true)]
async fn a_refused_refresh_takes_tokens_that_were_set_meanwhile() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    world.authority.open(Role::Refresh);
    world.guard_with(403, |_| order(7));

    shop.refresh(world.authority.refresh(1).into()).await.unwrap();
    assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    exchange.answer((400, json!({ "error": "invalid_grant" })));
    settled().await;

    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(event_names(&mut events), ["refreshed"]);
}

/// G10: if a refresh revokes the old access token immediately, calls in progress with that token are sent again. The
/// repeated calls do not cause a second refresh.
#[tokio::test(start_paused = true)]
async fn calls_in_progress_when_a_refresh_revokes_their_token_are_sent_again() {
    let world = World::with(AuthorityConfig { revokes_old_access: true, ..AuthorityConfig::default() });
    let given = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(600));
    let shop = builder(&world).tokens(given).build().unwrap();
    let under_way: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    let parked = world.stage.arrivals(10).await;
    advance(Duration::from_secs(580)).await;
    world.guard_with(403, |_| order(7));

    // This call is sent with the old access token while an early refresh, which revokes that token, is in progress.
    shop.order(7).await.unwrap();
    settled().await;
    assert!(!world.authority.accepts(&world.authority.access(1)));
    for arrival in parked {
        arrival.answer(403);
    }

    for call in under_way {
        assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    }
    world.authority.assert_refreshes(1);
}
