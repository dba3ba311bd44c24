//! Keeping a session fresh that nobody uses, for as long as somebody holds the guard.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Conduct, Knobs, Role, World};
use tokio::runtime::Handle;
use tokio::time::advance;

use crate::api::{ANN, Shop, ShopClient, happened, stranger};
use crate::witness::quiet;

const MINUTE: Duration = Duration::from_secs(60);

async fn logged_in() -> (World, ShopClient) {
    let world = World::with(Knobs { lifetime: Some(10 * MINUTE), ..Knobs::default() });
    world.guard(403);
    let shop = stranger(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// Lets time pass as it does, timers and all.
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
    quiet().await;
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// H14: with nobody calling, one refresh for each token, shortly before its end; after `stop` none, and no task.
#[tokio::test(start_paused = true)]
async fn a_session_is_kept_fresh_until_it_is_told_to_stop() {
    let (world, shop) = logged_in().await;
    let fresh = shop.session().keep_fresh().unwrap();
    wait(9 * MINUTE).await;
    assert_eq!((world.authority.posts(), tasks()), (0, 1));
    wait(MINUTE).await;
    assert_eq!(world.authority.posts(), 1);
    wait(90 * MINUTE).await;
    assert!((9..=11).contains(&world.authority.posts()), "{}", world.authority.posts());
    assert!(!shop.orders().await.unwrap().receipt().is_refreshed());
    assert_eq!(world.stage.sends(), 1);

    let posts = world.authority.posts();
    fresh.stop();
    wait(90 * MINUTE).await;
    assert_eq!((world.authority.posts(), tasks()), (posts, 0));
    world.authority.assert_nothing_spent_twice();
}

/// D20, H14: a server that counts in other units does not have its tokens rotated all day for nobody.
#[tokio::test(start_paused = true)]
async fn tokens_that_live_for_a_moment_are_not_renewed_in_a_loop() {
    let lifetime = Some(Duration::from_secs(1));
    let world = World::with(Knobs { lifetime, ..Knobs::default() });
    let shop = stranger(&world);
    shop.login(&ANN).await.unwrap();
    let _fresh = shop.session().keep_fresh().unwrap();
    wait(60 * MINUTE).await;
    assert!((100..=121).contains(&world.authority.posts()), "{}", world.authority.posts());
    world.authority.assert_nothing_spent_twice();
}

/// H14: a guard that is dropped has stopped; a refresh that it began ends well all the same.
#[tokio::test(start_paused = true)]
async fn a_dropped_guard_stops_but_breaks_nothing_off() {
    let (world, shop) = logged_in().await;
    world.authority.hold(Role::Refresh);
    let fresh = shop.session().keep_fresh().unwrap();
    wait(Duration::from_secs(599)).await;
    let exchange = world.authority.parked(Role::Refresh).await;
    drop(fresh);
    exchange.release();
    quiet().await;
    let current = shop.session().tokens().unwrap();
    assert_eq!(current.access_token().unwrap().secret(), world.authority.access(2));
    assert_eq!(tasks(), 0);
    world.authority.assert_nothing_spent_twice();
}

/// H14, H13: an outage is probed at growing distances, a logout is silence, and a login begins anew.
#[tokio::test(start_paused = true)]
async fn the_guard_lives_through_outages_logouts_and_logins() {
    let (world, shop) = logged_in().await;
    let _fresh = shop.session().keep_fresh().unwrap();
    world.authority.always(Role::Refresh, Conduct::instead(503));
    wait(20 * MINUTE).await;
    let posts = world.authority.posts();
    assert!((10..=20).contains(&posts), "{posts}");
    world.authority.always(Role::Refresh, Conduct::Honest);
    wait(2 * MINUTE).await;
    assert_eq!((world.authority.granted(), shop.session().state()), (1, SessionState::LoggedIn));

    shop.logout().await.unwrap();
    let posts = world.authority.posts();
    wait(60 * MINUTE).await;
    assert_eq!(world.authority.posts(), posts);

    shop.login(&ANN).await.unwrap();
    wait(10 * MINUTE).await;
    assert_eq!(world.authority.granted(), 2);
    world.authority.assert_nothing_spent_twice();
}

/// H14, D16: refused for good, it asks no more, and the session is over at the end of its last token.
#[tokio::test(start_paused = true)]
async fn the_guard_asks_no_more_after_a_refusal_for_good() {
    let (world, shop) = logged_in().await;
    let mut events = shop.session().events();
    let _fresh = shop.session().keep_fresh().unwrap();
    world.authority.revoke();
    wait(60 * MINUTE).await;
    assert_eq!(world.authority.posts(), 1);
    assert!(shop.orders().await.unwrap_err().is_session_expired());
    assert_eq!(happened(&mut events), ["refresh failed", "expired"]);
    world.authority.assert_nothing_spent_twice();
}

/// H14, F6: the guard holds no session alive: without it, its task ends.
#[tokio::test(start_paused = true)]
async fn a_guard_without_a_session_ends() {
    let (world, shop) = logged_in().await;
    let fresh = shop.session().keep_fresh().unwrap();
    drop(shop);
    advance(MINUTE).await;
    quiet().await;
    assert_eq!((tasks(), world.authority.posts()), (0, 0));
    drop(fresh);
}
