//! A refresh that the program asks for: between the patience that a server is owed and a button that says "try again".

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Conduct, Role, World};
use tokio::time::advance;

use crate::api::{Shop, builder, customer, happened, tokens};
use crate::witness::{done, quiet};

const SECOND: Duration = Duration::from_secs(1);

/// D13: what the server asked for holds by hand too; the session is kept, and nothing is sent until then.
#[tokio::test(start_paused = true)]
async fn by_hand_too_a_server_gets_the_time_that_it_asked_for() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.next(Role::Refresh, Conduct::retry_after(429, "30"));
    for _ in 0..3 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    }
    advance(29 * SECOND).await;
    assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    assert_eq!(world.authority.posts(), 1);
    advance(SECOND).await;
    shop.session().refresh().await.unwrap();
    assert_eq!(world.authority.posts(), 2);
    world.authority.assert_nothing_spent_twice();
}

/// D13: a person who presses a button in the middle of our own long wait gets an attempt, and an answer.
#[tokio::test(start_paused = true)]
async fn by_hand_our_own_wait_is_a_second() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.expire();
    world.guard(403);
    world.authority.always(Role::Refresh, Conduct::instead(503));
    for wait in [1, 2, 4, 8, 16, 32] {
        assert!(shop.orders().await.unwrap_err().is_refresh());
        advance(SECOND.mul_f64(1.1 * f64::from(wait))).await;
    }
    assert!(shop.orders().await.unwrap_err().is_refresh());
    let posts = world.authority.posts();
    advance(SECOND).await;
    assert!(shop.orders().await.unwrap_err().is_refresh());
    assert_eq!(world.authority.posts(), posts, "calls wait for a minute");

    world.authority.always(Role::Refresh, Conduct::Honest);
    shop.session().refresh().await.unwrap();
    shop.orders().await.unwrap();
    assert_eq!((world.authority.posts(), world.authority.granted()), (posts + 1, 1));
    world.authority.assert_nothing_spent_twice();
}

/// D13: fifty in a row are one attempt, and a loop of a minute sixty: never a storm. Calls wait no longer for it.
#[tokio::test(start_paused = true)]
async fn a_loop_of_refreshes_by_hand_is_no_storm() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.expire();
    world.guard(403);
    world.authority.always(Role::Refresh, Conduct::instead(503));
    for _ in 0..50 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    }
    assert_eq!(world.authority.posts(), 1);
    for _ in 0..600 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
        advance(SECOND / 10).await;
    }
    assert!((55..=66).contains(&world.authority.posts()), "{}", world.authority.posts());

    world.authority.always(Role::Refresh, Conduct::Honest);
    advance(66 * SECOND).await;
    shop.orders().await.unwrap();
    world.authority.assert_nothing_spent_twice();
}

/// B14, D13: by hand, too, one joins the refresh that is under way.
#[tokio::test(start_paused = true)]
async fn by_hand_a_refresh_under_way_is_joined() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let session = shop.session().clone();
            tokio::spawn(async move { session.refresh().await })
        })
        .collect();
    let exchange = world.authority.parked(Role::Refresh).await;
    quiet().await;
    exchange.release();
    for call in calls {
        let renewed = done(call).await.unwrap();
        assert_eq!(renewed.access_token().unwrap().secret(), world.authority.access(2));
    }
    assert_eq!(world.authority.posts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// D15: a refusal for good is a refusal by hand too, and ends the session that asked for its refresh at once.
#[tokio::test(start_paused = true)]
async fn by_hand_a_refusal_for_good_ends_the_session() {
    let world = World::new();
    let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(600));
    let shop = builder(&world).tokens(tokens).build().unwrap();
    let mut events = shop.session().events();
    world.authority.revoke();
    for _ in 0..3 {
        assert!(shop.session().refresh().await.unwrap_err().is_session_expired());
    }
    assert_eq!((shop.session().state(), world.authority.posts()), (SessionState::Expired, 1));
    assert_eq!(happened(&mut events), ["expired"]);
    world.authority.assert_nothing_spent_twice();
}
