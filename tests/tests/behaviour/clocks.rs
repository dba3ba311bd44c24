//! Refreshing ahead of the expiry, and what a server may say about lifetimes. The clock is the test's.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, Conduct, Knobs, Role, World};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, ShopClient, order, stranger};
use crate::witness::{done, quiet};

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const YEAR: Duration = seconds(365 * 24 * 3600);

/// Logged in at a world whose access tokens live this long.
async fn logged_in(lifetime: Duration) -> (World, ShopClient) {
    let world = World::with(Knobs { lifetime: Some(lifetime), ..Knobs::default() });
    world.guard_with(403, |_| order(7));
    let shop = stranger(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// Logged in at a world that says this as `expires_in`.
async fn told_lifetime(expires_in: Value) -> (World, ShopClient) {
    let world = World::with(Knobs { expires_in: Some(expires_in), ..Knobs::default() });
    world.guard_with(403, |_| order(7));
    let shop = stranger(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// H1: shortly before the expiry one refresh starts in the background, and nobody waits for it.
#[tokio::test(start_paused = true)]
async fn shortly_before_the_expiry_one_refresh_starts_and_callers_go_on() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.hold(Role::Refresh);
    advance(seconds(580)).await;
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
    for call in calls {
        done(call).await.unwrap();
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    assert_eq!((world.stage.sends(), world.authority.posts()), (100, 1));
    let first = world.authority.access(1);
    assert!(world.stage.log().iter().all(|seen| seen.token() == Some(&first)));

    exchange.release();
    quiet().await;
    world.authority.open(Role::Refresh);
    shop.order(7).await.unwrap();
    assert_eq!(world.stage.log().last().unwrap().token(), Some(&*world.authority.access(2)));
    assert_eq!((world.stage.sends(), world.authority.posts()), (101, 1));
    world.authority.assert_nothing_spent_twice();
}

/// H1: the background refresh is still under way when the token expires: now everybody waits for it.
#[tokio::test(start_paused = true)]
async fn a_background_refresh_that_outlasts_the_token_is_waited_for() {
    let (world, shop) = logged_in(seconds(60)).await;
    world.authority.hold(Role::Refresh);
    advance(seconds(59)).await;
    shop.order(7).await.unwrap();
    let exchange = world.authority.parked(Role::Refresh).await;
    advance(seconds(1)).await;
    let call = tokio::spawn(shop.order(7));
    quiet().await;
    assert_eq!((world.stage.sends(), world.authority.posts()), (1, 1));
    exchange.release();
    done(call).await.unwrap();
    assert_eq!((world.stage.sends(), world.authority.posts()), (2, 1));
    world.authority.assert_nothing_spent_twice();
}

/// H2: after the expiry a call waits for the refresh before it is sent at all.
#[tokio::test(start_paused = true)]
async fn after_the_expiry_no_call_is_sent_before_the_refresh() {
    for late in [seconds(600), seconds(601), YEAR] {
        let (world, shop) = logged_in(seconds(600)).await;
        world.authority.hold(Role::Refresh);
        advance(late).await;
        let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
        let exchange = world.authority.parked(Role::Refresh).await;
        quiet().await;
        assert_eq!(world.stage.sends(), 0);
        exchange.release();
        for call in calls {
            done(call).await.unwrap();
        }
        assert_eq!((world.stage.sends(), world.authority.posts()), (10, 1));
        world.authority.assert_nothing_spent_twice();
    }
}

/// H3: the margin is at most a fifth of the lifetime (and a fifth of that for spreading), and at most 30 s (36 s).
#[tokio::test(start_paused = true)]
async fn the_margin_is_a_part_of_the_lifetime() {
    let margins = [
        (seconds(1), Duration::from_millis(245), Duration::from_millis(195)),
        (seconds(60), Duration::from_millis(14_500), Duration::from_millis(11_900)),
        (seconds(3600), Duration::from_millis(36_500), Duration::from_millis(29_900)),
    ];
    for (lifetime, outside, inside) in margins {
        let (world, shop) = logged_in(lifetime).await;
        let received = Instant::now();
        tokio::time::sleep_until(received + lifetime - outside).await;
        shop.order(7).await.unwrap();
        quiet().await;
        assert_eq!(world.authority.posts(), 0, "{outside:?} before {lifetime:?} are over");
        tokio::time::sleep_until(received + lifetime - inside).await;
        shop.order(7).await.unwrap();
        quiet().await;
        assert_eq!(world.authority.posts(), 1, "{inside:?} before {lifetime:?} are over");
        assert_eq!(world.stage.sends(), 2, "nothing was refused");
        world.authority.assert_nothing_spent_twice();
    }
}

/// H4: a server that says nothing of lifetimes is believed until it refuses.
#[tokio::test(start_paused = true)]
async fn a_token_of_unknown_lifetime_is_used_until_it_is_refused() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = stranger(&world);
    assert_eq!(shop.login(&ANN).await.unwrap().expires_in(), None);
    for _ in 0..30 {
        advance(seconds(24 * 3600)).await;
        shop.order(7).await.unwrap();
    }
    assert_eq!(world.authority.posts(), 0);
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// H5: a lifetime of nothing or less is none: no refresh ahead, none per call, and a 403 still counts.
#[tokio::test(start_paused = true)]
async fn a_lifetime_of_zero_or_less_is_unknown() {
    for nothing in [json!(0), json!(-1), json!(-0.0), json!("0"), json!("-3600"), json!(i64::MIN)] {
        let (world, shop) = told_lifetime(nothing.clone()).await;
        assert_eq!(shop.session().tokens().unwrap().expires_in(), None, "{nothing}");
        for refreshes in 0..3 {
            for _ in 0..10 {
                shop.order(7).await.unwrap();
                quiet().await;
            }
            assert_eq!(world.authority.posts(), refreshes, "{nothing}");
            world.authority.expire();
            shop.order(7).await.unwrap();
        }
        world.authority.assert_nothing_spent_twice();
    }
}

/// H6: integral texts and floats are lifetimes, everything else is unknown; nothing fails a login or a refresh.
#[tokio::test(start_paused = true)]
async fn an_odd_lifetime_is_read_or_ignored_and_never_an_error() {
    let hour = Some(seconds(3600));
    for given in [json!(3600), json!(3600.0), json!("3600"), json!("3600.0"), json!(" 3600 ")] {
        assert_eq!(lifetimes(given.clone()).await, [hour, hour], "{given}");
    }
    let garbage = [
        json!("3600abc"),
        json!("soon"),
        json!(""),
        json!(null),
        json!(true),
        json!([3600]),
        json!({ "s": 1 }),
        json!("NaN"),
        json!("1 hour"),
        json!(-3600.5),
        json!(-1e300),
        json!("-inf"),
        json!("-1e400"),
        json!("0x10"),
    ];
    for given in garbage {
        assert_eq!(lifetimes(given.clone()).await, [None, None], "{given}");
    }
}

/// H6, H7: numbers that no float can hold are valid JSON; the tokens beside them are not lost for it.
#[tokio::test(start_paused = true)]
async fn a_number_beyond_all_numbers_costs_no_tokens() {
    let huge = format!("1{}", "0".repeat(400));
    for (given, lifetime) in
        [("1e400", Some(YEAR)), ("1E+99999999999", Some(YEAR)), (&*huge, Some(YEAR)), ("-1e400", None)]
    {
        let body = |access: &str, refresh: &str| {
            let body = format!(
                r#"{{"access_token":"{access}","expires_in":{given},"refresh_token":"{refresh}","e":"1e400"}}"#
            );
            Conduct::spend(Answer::text(200, &body).header("content-type", "application/json"))
        };
        let world = World::new();
        world.guard_with(403, |_| order(7));
        let (first, second) = (world.authority.issue(), world.authority.issue());
        world.authority.next(Role::Login, body(&first.access, &first.refresh));
        world.authority.next(Role::Refresh, body(&second.access, &second.refresh));
        let shop = stranger(&world);
        assert_eq!(shop.login(&ANN).await.unwrap().expires_in(), lifetime, "{given}");
        shop.session().refresh().await.unwrap();
        assert_eq!(shop.session().tokens().unwrap().expires_in(), lifetime, "{given}");
        shop.order(7).await.unwrap();
    }
}

/// H7: no lifetime is too long to be added to a clock; a year is believed at most.
#[tokio::test(start_paused = true)]
async fn a_lifetime_without_end_is_a_year() {
    let given = [
        json!(u64::MAX),
        json!(i64::MAX),
        json!(1e30),
        json!(f64::MAX),
        json!("18446744073709551616"),
        json!("1e400"),
        json!("inf"),
        json!("Infinity"),
    ];
    for given in given {
        assert_eq!(lifetimes(given.clone()).await, [Some(YEAR), Some(YEAR)], "{given}");
    }
}

/// What a login and a refresh make of this `expires_in`.
async fn lifetimes(expires_in: Value) -> [Option<Duration>; 2] {
    let (world, shop) = told_lifetime(expires_in).await;
    let at_login = shop.session().tokens().unwrap().expires_in();
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!((world.stage.sends(), world.authority.granted()), (2, 1));
    world.authority.assert_nothing_spent_twice();
    [at_login, shop.session().tokens().unwrap().expires_in()]
}

/// H13: while the refresh ahead of the expiry fails, calls go on with the good token and no call pays for a failure.
#[tokio::test(start_paused = true)]
async fn a_refresh_ahead_of_the_expiry_that_fails_is_tried_again_at_growing_distances() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.always(Role::Refresh, Conduct::instead(503));
    advance(seconds(571)).await;
    for _ in 0..100 {
        shop.order(7).await.unwrap();
        quiet().await;
    }
    assert_eq!(world.authority.posts(), 1, "the first failure is remembered for a second");
    for _ in 0..280 {
        shop.order(7).await.unwrap();
        advance(Duration::from_millis(100)).await;
    }
    let posts = world.authority.posts();
    assert!((4..=6).contains(&posts), "1 + 2 + 4 + 8 s and so on, but {posts}");
    assert_eq!(world.stage.sends(), 380, "nothing was refused");
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    world.authority.always(Role::Refresh, Conduct::Honest);
    advance(seconds(60)).await;
    shop.order(7).await.unwrap();
    assert_eq!(world.authority.granted(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// H13: a server that asks for patience gets it, also ahead of the expiry.
#[tokio::test(start_paused = true)]
async fn a_refresh_ahead_of_the_expiry_waits_as_long_as_the_server_asks() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.next(Role::Refresh, Conduct::instead(Answer::new(429).header("retry-after", "20")));
    advance(seconds(571)).await;
    for _ in 0..19 {
        shop.order(7).await.unwrap();
        quiet().await;
        advance(seconds(1)).await;
    }
    assert_eq!(world.authority.posts(), 1);
    advance(seconds(1)).await;
    shop.order(7).await.unwrap();
    quiet().await;
    assert_eq!((world.authority.posts(), world.authority.granted()), (2, 1));
    world.authority.assert_nothing_spent_twice();
}

/// H14: a client that nobody calls does nothing: no task, no timer, no refresh.
#[tokio::test(start_paused = true)]
async fn an_idle_client_has_no_task_and_refreshes_nothing() {
    let (world, shop) = logged_in(seconds(600)).await;
    shop.order(7).await.unwrap();
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    quiet().await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    advance(30 * seconds(24 * 3600)).await;
    quiet().await;
    assert_eq!((world.authority.posts(), Handle::current().metrics().num_alive_tasks()), (1, 0));
    world.authority.assert_nothing_spent_twice();
}
