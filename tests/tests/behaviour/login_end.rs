//! Tests `Session::ends_at`, the time at which a login ends, and `SessionEvent::Ending`, the event emitted before that
//! time.

use std::time::{Duration, SystemTime};

use afresh::{Session, SessionEvent, Tokens};
use afresh_tests::{Answer, AuthorityConfig, World};
use serde_json::{Value, json};
use tokio::time::{Instant, advance, timeout};

use crate::api::{
    ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, logged_out_client, order,
};
use crate::fake_store::FakeStore;
use crate::transports::ConnectTo;
use crate::waiting::{next_event, settled};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Returns a fake server whose token responses also contain the given fields.
fn world_with(members: Value) -> World {
    let world = World::with(AuthorityConfig { members, ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    world
}

async fn logged_in(world: &World) -> ShopClient {
    let shop = logged_out_client(world);
    shop.login(&ANN).await.unwrap();
    shop
}

/// Returns the remaining time until the login ends, in whole seconds.
fn left(session: &Session) -> Option<u64> {
    let left = session.ends_at()?.duration_since(SystemTime::now()).unwrap();
    Some(left.as_secs_f64().round() as u64)
}

/// Waits for the next `Ending` event and returns how long the wait took on Tokio's clock.
async fn ending(events: &mut afresh::session::SessionEvents) -> Duration {
    let begun = Instant::now();
    loop {
        if let SessionEvent::Ending = events.next().await.expect("the session is alive") {
            return begun.elapsed();
        }
    }
}

fn is_about(time: Duration, expected: Duration) -> bool {
    time.abs_diff(expected) < Duration::from_secs(1)
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_login_is_the_end_of_its_refresh_token() {
    for (members, end) in [
        (json!({ "refresh_token_expires_in": 1000 }), Some(1000)),
        (json!({ "refresh_expires_in": 1800 }), Some(1800)),
        (json!({ "refreshExpiresIn": "60" }), Some(60)),
        (json!({ "refreshTokenExpiresIn": 7.0 }), Some(7)),
        (json!({ "refresh_expires_in": 0 }), None),
        (json!({ "refresh_expires_in": -1 }), None),
        (json!({ "refresh_expires_in": null }), None),
        (json!({ "refresh_expires_in": { "days": 3 } }), None),
        (json!({ "refresh_expires_in": u64::MAX }), None),
        (json!({ "refresh_expires_in": "soon" }), None),
        (json!({}), None),
    ] {
        let world = world_with(members.clone());
        let shop = logged_in(&world).await;
        assert_eq!(left(shop.session()), end, "{members}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_is_removed_with_its_session() {
    let world = world_with(json!({ "refresh_expires_in": 1000 }));
    let shop = logged_out_client(&world);
    assert_eq!(shop.session().ends_at(), None);
    shop.login(&ANN).await.unwrap();
    shop.logout().await.unwrap();
    assert_eq!(shop.session().ends_at(), None);
    shop.login(&ANN).await.unwrap();
    shop.session().set(Tokens::new("another login"));
    assert_eq!(shop.session().ends_at(), None);
    shop.login(&ANN).await.unwrap();
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(shop.session().ends_at(), None);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_moves_the_end_or_leaves_it() {
    let world = world_with(json!({ "refresh_expires_in": 1000 }));
    let shop = logged_in(&world).await;
    let first = shop.session().ends_at();
    world.authority.configure(|config| config.members = json!({}));
    shop.session().refresh().await.unwrap();
    assert_eq!(shop.session().ends_at(), first, "a response without an end changes nothing");
    world.authority.configure(|config| config.members = json!({ "refresh_expires_in": 5000 }));
    advance(Duration::from_secs(60)).await;
    shop.session().refresh().await.unwrap();
    assert_eq!(left(shop.session()), Some(5000));
    world.authority.configure(|config| config.members = json!({ "refresh_expires_in": 0 }));
    advance(Duration::from_secs(60)).await;
    shop.session().refresh().await.unwrap();
    assert_eq!(left(shop.session()), None, "the end is removed");
    world.authority.configure(|config| config.members = json!({}));
    advance(Duration::from_secs(60)).await;
    shop.session().refresh().await.unwrap();
    assert_eq!(left(shop.session()), None, "the end is not restored");
}

#[tokio::test(start_paused = true)]
async fn the_end_is_stored_with_the_session() {
    let world = world_with(json!({ "refresh_token_expires_in": 1000 }));
    let store = FakeStore::new();
    let first = builder(&world).store(store.clone()).build().unwrap();
    first.login(&ANN).await.unwrap();
    let second = builder(&world).store(store.clone()).build().unwrap();
    second.session().load().await.unwrap();
    assert_eq!(left(second.session()), Some(1000));
    second.logout().await.unwrap();
    let third = builder(&world).store(store).build().unwrap();
    third.session().load().await.unwrap();
    assert_eq!(third.session().ends_at(), None);
}

/// A record stored by version 0.1 can still be read, even though the record does not contain the time at which the
/// login ends.
#[tokio::test(start_paused = true)]
async fn a_record_without_an_end_is_read() {
    let store = FakeStore::new();
    store.put(
        br#"{"afresh":1,"session":{"login":"l","generation":3,"access":"a","refresh":"r","cookies":[]}}"#,
    );
    let world = World::new();
    let shop = builder(&world).store(store).build().unwrap();
    shop.session().load().await.unwrap();
    assert_eq!(shop.session().tokens(), Some(Tokens::new("a").with_refresh("r")));
    assert_eq!(shop.session().ends_at(), None);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_announced_once_one_tenth_of_the_lifetime_before_it() {
    let world = world_with(json!({ "refresh_expires_in": 36_000 }));
    let shop = logged_out_client(&world);
    let mut events = shop.session().events();
    let mut others = shop.session().events();
    shop.login(&ANN).await.unwrap();
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedIn)));
    let waited = ending(&mut events).await;
    assert!(is_about(waited, 9 * HOUR), "{waited:?}");
    assert!(timeout(2 * DAY, events.next()).await.is_err(), "no event follows the `Ending` event");
    let waited = ending(&mut others).await;
    assert!(waited.is_zero(), "every receiver gets the `Ending` event");
    assert!(timeout(2 * DAY, others.next()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_login_for_a_month_is_announced_a_day_before_its_end() {
    let world = world_with(json!({ "refresh_token_expires_in": 30 * DAY.as_secs() }));
    let shop = logged_in(&world).await;
    let waited = ending(&mut shop.session().events()).await;
    assert!(is_about(waited, 29 * DAY), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_builder_sets_how_long_before_the_end_it_is_announced() {
    let world = world_with(json!({ "refresh_expires_in": 36_000 }));
    let shop = builder(&world).ending_ahead(2 * HOUR).build().unwrap();
    shop.login(&ANN).await.unwrap();
    let waited = ending(&mut shop.session().events()).await;
    assert!(is_about(waited, 8 * HOUR), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_moves_the_end_moves_the_announcement() {
    let world = world_with(json!({ "refresh_expires_in": 36_000 }));
    let shop = logged_in(&world).await;
    let mut events = shop.session().events();
    let session = shop.session().clone();
    let refreshed = tokio::spawn(async move {
        tokio::time::sleep(8 * HOUR).await;
        session.refresh().await.unwrap();
    });
    let waited = ending(&mut events).await;
    refreshed.await.unwrap();
    assert!(is_about(waited, 17 * HOUR), "{waited:?}");
    shop.session().refresh().await.unwrap();
    let waited = ending(&mut events).await;
    assert!(is_about(waited, 9 * HOUR), "the client also announces the new end of the login: {waited:?}");
}

/// If the server reports the remaining time in whole seconds, the computed end of the login can vary by one second.
/// Even if the computed end of the login varies, the client emits the `Ending` event only once.
#[tokio::test(start_paused = true)]
async fn an_end_that_moves_by_the_rounding_of_seconds_is_announced_once() {
    let world = world_with(json!({ "refresh_expires_in": 36_000 }));
    let shop = logged_in(&world).await;
    let mut events = shop.session().events();
    ending(&mut events).await;
    for seconds in [36_001, 36_002, 36_001] {
        world.authority.configure(|config| config.members = json!({ "refresh_expires_in": seconds }));
        advance(Duration::from_secs(30)).await;
        shop.session().refresh().await.unwrap();
    }
    let seen: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    assert!(seen.iter().all(|event| matches!(event, SessionEvent::Refreshed)), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn another_login_is_announced_anew_and_a_logout_is_not_announced() {
    let world = world_with(json!({ "refresh_expires_in": 36_000 }));
    let shop = logged_in(&world).await;
    let mut events = shop.session().events();
    ending(&mut events).await;
    shop.login(&ANN).await.unwrap();
    let waited = ending(&mut events).await;
    assert!(is_about(waited, 9 * HOUR), "{waited:?}");
    shop.login(&ANN).await.unwrap();
    shop.logout().await.unwrap();
    while events.try_next().is_some() {}
    assert!(timeout(2 * DAY, events.next()).await.is_err());
}

/// If the `Ending` event is already due when a receiver is created, the receiver gets the event immediately.
#[tokio::test(start_paused = true)]
async fn a_late_receiver_gets_the_announcement_at_once() {
    let world = world_with(json!({ "refresh_expires_in": 1000 }));
    let shop = builder(&world).ending_ahead(HOUR).build().unwrap();
    shop.login(&ANN).await.unwrap();
    assert!(matches!(shop.session().events().try_next(), Some(SessionEvent::Ending)));
    assert!(shop.session().events().try_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_receiver_nothing_runs_and_events_do_not_keep_a_session_alive() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let without_end = world_with(json!({}));
    let _other = logged_in(&without_end).await;
    settled().await;
    // With `HyperTransport`, each connection that a login opens is driven by a separate task.
    let of_a_login = tasks();
    let world = world_with(json!({ "refresh_expires_in": 1000 }));
    let shop = logged_in(&world).await;
    settled().await;
    assert_eq!(tasks(), 2 * of_a_login, "a login with an end needs no additional task");
    let mut events = shop.session().events();
    drop(shop);
    assert!(events.next().await.is_none());
}

/// `keep_fresh` does not consume the `Ending` event, because `keep_fresh` cannot log in again.
#[tokio::test(start_paused = true)]
async fn keep_fresh_does_not_take_the_announcement_from_a_later_receiver() {
    let world = world_with(json!({ "refresh_expires_in": 1000 }));
    let shop = builder(&world).ending_ahead(HOUR).build().unwrap();
    shop.login(&ANN).await.unwrap();
    let fresh = shop.session().keep_fresh().unwrap();
    tokio::time::sleep(HOUR).await;
    assert!(matches!(shop.session().events().try_next(), Some(SessionEvent::Ending)));
    fresh.stop();
}

fn cookie_world(attributes: &'static str) -> (World, CookieShopClient) {
    let world = World::with(AuthorityConfig { cookie_attributes: attributes, ..AuthorityConfig::cookie() });
    world.guard_with(403, |_| order(7));
    let shop = CookieShopClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    (world, shop)
}

#[tokio::test(start_paused = true)]
async fn a_refresh_cookie_ends_the_login_when_it_ends() {
    for (attributes, end) in [
        ("; Path=/; HttpOnly; Max-Age=1000", Some(1000)),
        ("; Path=/api/user; HttpOnly; Max-Age=36000", Some(36_000)),
        ("; Path=/; HttpOnly", None),
        ("; Path=/; Expires=Fri, 01 Jan 2200 00:00:00 GMT; Max-Age=60", Some(60)),
    ] {
        let (_world, shop) = cookie_world(attributes);
        shop.login(&ANN).await.unwrap();
        let end_seen = left(shop.session());
        let near = match (end_seen, end) {
            (Some(seen), Some(end)) => seen.abs_diff(end) <= 1,
            (seen, end) => seen == end,
        };
        assert!(near, "{attributes}: {end_seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_refresh_cookie_is_announced_and_moves_with_its_refresh() {
    let (world, shop) = cookie_world("; Path=/; HttpOnly; Max-Age=36000");
    shop.login(&ANN).await.unwrap();
    let mut events = shop.session().events();
    let waited = ending(&mut events).await;
    assert!(is_about(waited, 9 * HOUR), "{waited:?}");
    world.authority.configure(|config| config.cookie_attributes = "; Path=/; HttpOnly; Max-Age=72000");
    shop.session().refresh().await.unwrap();
    let seen = left(shop.session()).unwrap();
    assert!(seen.abs_diff(72_000) <= 1, "{seen}");
    let waited = ending(&mut events).await;
    assert!(is_about(waited, 18 * HOUR), "{waited:?}");
}

/// If the response to an ordinary call sets a cookie, the cookie's lifetime does not change the time at which the login
/// ends.
#[tokio::test(start_paused = true)]
async fn a_cookie_of_an_ordinary_answer_is_no_end_of_a_login() {
    let (world, shop) = cookie_world("; Path=/; HttpOnly; Max-Age=36000");
    shop.login(&ANN).await.unwrap();
    world
        .stage
        .respond(|_| Answer::json(200, json!({ "id": 7 })).header("set-cookie", "ab=1; Path=/; Max-Age=5"));
    shop.order(7).await.unwrap();
    assert!(left(shop.session()).unwrap() > 35_000);
}
