//! Tests the token lifetimes that a server can send, in `expires_in` or as the claims of a JWT. The tests run with
//! Tokio's clock paused.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use serde_json::{Value, json};
use tokio::time::advance;

use crate::api::{ANN, Shop, ShopClient, logged_out_client, order};
use crate::clocks::{YEAR, seconds};
use crate::waiting::settled;

/// Returns a fake server that sends the given `expires_in` value, and a logged-in client.
async fn told_lifetime(expires_in: Value) -> (World, ShopClient) {
    let world = World::with(AuthorityConfig { expires_in: Some(expires_in), ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// H4: a token without a known lifetime is used until the server refuses it.
#[tokio::test(start_paused = true)]
async fn a_token_of_unknown_lifetime_is_used_until_it_is_refused() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    assert_eq!(shop.login(&ANN).await.unwrap().expires_in(), None);
    for _ in 0..30 {
        advance(seconds(24 * 3600)).await;
        shop.order(7).await.unwrap();
    }
    world.authority.assert_refreshes(0);
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// H5: a token lifetime of zero or less is treated as unknown, so the token is not refreshed early.
#[tokio::test(start_paused = true)]
async fn a_lifetime_of_zero_or_less_is_unknown() {
    for nothing in [json!(0), json!(-1), json!(-0.0), json!("0"), json!("-3600"), json!(i64::MIN)] {
        let (world, shop) = told_lifetime(nothing.clone()).await;
        assert_eq!(shop.session().tokens().unwrap().expires_in(), None, "{nothing}");
        for refreshes in 0..3 {
            for _ in 0..10 {
                shop.order(7).await.unwrap();
                settled().await;
            }
            assert_eq!(world.authority.refreshes(), refreshes, "refreshes: {nothing}");
            world.authority.expire();
            shop.order(7).await.unwrap();
        }
    }
}

/// H6: a token lifetime can be a number or a string that contains a number. An invalid `expires_in` value is ignored
/// and does not make a login or refresh fail.
#[tokio::test(start_paused = true)]
async fn an_unusual_lifetime_is_read_or_ignored_and_never_an_error() {
    let hour = Some(seconds(3600));
    for given in [json!(3600), json!(3600.0), json!("3600"), json!("3600.0"), json!(" 3600 ")] {
        assert_eq!(lifetimes(given.clone()).await, [hour, hour], "lifetimes: {given}");
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
        assert_eq!(lifetimes(given.clone()).await, [None, None], "lifetimes: {given}");
    }
}

/// H6, H7: an `expires_in` value that does not fit into a float is still valid JSON, so the tokens in the response are
/// kept.
#[tokio::test(start_paused = true)]
async fn a_number_that_no_float_can_hold_does_not_lose_the_tokens() {
    let huge = format!("1{}", "0".repeat(400));
    for (given, lifetime) in
        [("1e400", Some(YEAR)), ("1E+99999999999", Some(YEAR)), (&*huge, Some(YEAR)), ("-1e400", None)]
    {
        let body = |access: &str, refresh: &str| {
            let body = format!(
                r#"{{"access_token":"{access}","expires_in":{given},"refresh_token":"{refresh}","e":"1e400"}}"#
            );
            Handling::process_then(Answer::text(200, &body).header("content-type", "application/json"))
        };
        let world = World::new();
        world.guard_with(403, |_| order(7));
        let (first, second) = (world.authority.issue(), world.authority.issue());
        world.authority.next(Role::Login, body(&first.access, &first.refresh));
        world.authority.next(Role::Refresh, body(&second.access, &second.refresh));
        let shop = logged_out_client(&world);
        assert_eq!(shop.login(&ANN).await.unwrap().expires_in(), lifetime, "{given}");
        shop.session().refresh().await.unwrap();
        assert_eq!(shop.session().tokens().unwrap().expires_in(), lifetime, "{given}");
        shop.order(7).await.unwrap();
    }
}

/// H7: a token lifetime is limited to one year, so that adding it to a clock value cannot overflow.
#[tokio::test(start_paused = true)]
async fn a_very_long_lifetime_is_limited_to_a_year() {
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
        assert_eq!(lifetimes(given.clone()).await, [Some(YEAR), Some(YEAR)], "lifetimes: {given}");
    }
}

/// Returns the token lifetimes after a login and after a refresh, if both responses contain the given `expires_in`.
async fn lifetimes(expires_in: Value) -> [Option<Duration>; 2] {
    let (world, shop) = told_lifetime(expires_in).await;
    let at_login = shop.session().tokens().unwrap().expires_in();
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.stage.assert_sends(2);
    world.authority.assert_granted(1);
    [at_login, shop.session().tokens().unwrap().expires_in()]
}

/// W16: a JWT without `expires_in` is refreshed early, based on its `iat` and `exp` claims. A difference between the
/// server's clock and the local clock does not affect when the token is refreshed.
#[tokio::test(start_paused = true)]
async fn the_lifetime_of_a_jwt_is_known_without_expires_in() {
    // The claims of the two tokens are {"iat":1700000000,"exp":1700000300} and {"iat":4000000000,"exp":4000000300}.
    for claims in
        ["eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDMwMH0", "eyJpYXQiOjQwMDAwMDAwMDAsImV4cCI6NDAwMDAwMDMwMH0"]
    {
        let world = World::new();
        world.stage.respond(|_| order(7));
        let shop = logged_out_client(&world);
        let token = format!("e30.{claims}.c2ln");
        let first = json!({ "access_token": token, "refresh_token": world.authority.issue().refresh });
        world.authority.next(Role::Login, Handling::instead((200, first)));
        assert_eq!(shop.login(&ANN).await.unwrap().expires_in(), None, "the response has no lifetime");
        advance(seconds(200)).await;
        shop.order(7).await.unwrap();
        settled().await;
        world.authority.assert_refreshes(0);
        advance(seconds(80)).await;
        shop.order(7).await.unwrap();
        settled().await;
        world.authority.assert_refreshes(1);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}

/// W16: a JWT whose `exp` has passed is still sent if no refresh is possible, because only the server decides whether a
/// token is valid.
#[tokio::test(start_paused = true)]
async fn the_server_outranks_the_lifetime_of_a_jwt() {
    let world = World::new();
    world.stage.respond(|_| order(7));
    let shop = logged_out_client(&world);
    let token = "e30.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDMwMH0.c2ln";
    world.authority.next(Role::Login, Handling::instead((200, json!({ "access_token": token }))));
    shop.login(&ANN).await.unwrap();
    advance(seconds(3600)).await;
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(0);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}
