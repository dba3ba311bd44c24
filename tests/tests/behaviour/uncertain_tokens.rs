//! Tests tokens that might have expired: restored JWTs, and tokens that might expire before a one-shot body has been
//! sent.

use std::time::{Duration, SystemTime};

use afresh::{Body, Client, RefreshToken, Result, Tokens, api};
use afresh_tests::{AuthorityConfig, Handling, Role, World};
use futures_util::stream;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::json;
use tokio::time::advance;

use crate::api::{ANN, ORIGIN, Shop, builder, event_names, logged_in_client, logged_out_client, tokens};
use crate::transports::ConnectTo;
use crate::waiting::{done, settled};

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[api]
trait Uploads {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[put("/film")]
    async fn film(&self, #[body] film: Body) -> Result<()>;

    #[put("/title")]
    async fn title(&self, #[json] title: &str) -> Result<()>;
}

fn once() -> Body {
    Body::stream(stream::iter([Ok::<_, std::io::Error>("frames")]))
}

/// Returns a client whose access token has a lifetime of 600 seconds and expires in 90 seconds.
async fn uploader(world: &World) -> UploadsClient {
    world.guard(403);
    let tokens = tokens(&world.authority.issue()).with_lifetime(seconds(600));
    let uploads: UploadsClient =
        UploadsClient::builder(ORIGIN).connect_to(world.clone()).tokens(tokens).build().unwrap();
    advance(seconds(510)).await;
    uploads
}

/// L6: if the access token expires within ninety seconds, a call with a one-shot body waits for a new token. A call
/// with a JSON body does not wait for a new token.
#[tokio::test(start_paused = true)]
async fn a_one_shot_body_is_not_sent_with_a_token_that_expires_soon() {
    let world = World::new();
    let uploads = uploader(&world).await;
    uploads.title("Metropolis").await.unwrap();
    uploads.film(Body::replayable(|| "frames".into())).await.unwrap();
    settled().await;
    world.authority.assert_refreshes(0);

    world.authority.hold(Role::Refresh);
    let films = [tokio::spawn(uploads.film(once())), tokio::spawn(uploads.film(once()))];
    let exchange = world.authority.parked(Role::Refresh).await;
    uploads.title("Metropolis").await.unwrap();
    assert_eq!(world.stage.sends(), 3, "requests at the API: calls with JSON continue meanwhile");
    exchange.release();
    for film in films {
        done(film).await.unwrap();
    }
    let log = world.stage.log();
    let carried = [0, 1, 2, 3, 4].map(|send: usize| world.authority.number_of(log[send].token().unwrap()));
    assert_eq!(carried, [1, 1, 1, 2, 2].map(Some), "numbers of the access tokens in the five requests");
    world.authority.assert_refreshes(1);
}

/// L6: if the refresh fails, the one-shot body is sent with the old access token, which is still valid.
#[tokio::test(start_paused = true)]
async fn a_one_shot_body_is_sent_with_the_old_token_if_the_refresh_fails() {
    let invalid = Handling::instead((400, json!({ "error": "invalid_grant" })));
    // If a refresh response is lost, the client sends the refresh request up to two more times.
    for (handling, posts) in [(Handling::instead(503), 1), (Handling::reset_before(), 3), (invalid, 1)] {
        let world = World::new();
        let uploads = uploader(&world).await;
        let mut events = uploads.session().events();
        world.authority.always(Role::Refresh, handling);
        for _ in 0..3 {
            uploads.film(once()).await.unwrap();
        }
        world.stage.assert_sends(3);
        world.authority.assert_refreshes(posts);
        assert_eq!(event_names(&mut events), ["refresh failed"]);
    }
}

/// L6: a hand-written request with a one-shot body also waits for a new token.
#[tokio::test(start_paused = true)]
async fn a_hand_written_one_shot_request_waits_too() {
    let world = World::new();
    let uploads = uploader(&world).await;
    let mut request = reqwest::Request::new(http::Method::PUT, format!("{ORIGIN}/film").parse().unwrap());
    *request.body_mut() = Some(reqwest::Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>("frames")])));
    assert_eq!(uploads.client().execute(request).await.unwrap().status(), 200);
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
}

/// Returns a JWT that has the given payload but no valid signature.
fn jwt(payload: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in payload.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        text.extend((0..=chunk.len()).map(|at| char::from(ALPHABET[bits >> (18 - 6 * at) & 63])));
    }
    format!("eyJhbGciOiJub25lIn0.{text}.c2ln")
}

/// Returns the Unix time of the wall clock plus the given number of seconds.
fn wall(offset: i64) -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap() + offset
}

/// Returns a client for which the application has restored the given access token and a valid refresh token.
fn restored(world: &World, access: &str) -> crate::api::ShopClient {
    let kept = Tokens::new(access).with_refresh(world.authority.issue().refresh);
    builder(world).tokens(kept).build().unwrap()
}

/// H10: if a restored JWT has expired, it is refreshed before the call is sent.
#[tokio::test(start_paused = true)]
async fn a_restored_token_that_has_expired_is_refreshed_first() {
    let world = World::new();
    world.guard(403);
    let shop = restored(&world, &jwt(&json!({ "exp": wall(-10) }).to_string()));
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.orders())).collect();
    for call in calls {
        done(call).await.unwrap();
    }
    assert_eq!(world.stage.sends(), 10, "requests at the API: no call was refused");
    assert_eq!(world.authority.refreshes(), 1, "refreshes: one refresh before the first request");
}

/// H10: if a restored JWT has expired but the refresh fails, the call sends the JWT, because the client's clock might
/// be wrong.
#[tokio::test(start_paused = true)]
async fn a_wrong_clock_costs_a_refresh_and_fails_no_call() {
    let invalid = Handling::instead((400, json!({ "error": "invalid_grant" })));
    for handling in [Handling::instead(503), invalid] {
        for offset in [-3600, -1] {
            let world = World::new();
            let mut events_of = None;
            let shop =
                restored(&world, &jwt(&json!({ "exp": wall(offset), "iat": wall(offset - 60) }).to_string()));
            let events = events_of.insert(shop.session().events());
            world.stage.respond(|_| (200, json!({})));
            world.authority.always(Role::Refresh, handling.clone());
            for _ in 0..20 {
                shop.orders().await.unwrap();
            }
            world.stage.assert_sends(20);
            world.authority.assert_refreshes(1);
            assert_eq!(event_names(events), ["refresh failed"]);
        }
    }
}

/// H10: if the server refuses a JWT that has not expired according to the client's clock, the client refreshes and
/// sends the call again.
#[tokio::test(start_paused = true)]
async fn a_refusal_outranks_the_expiry_in_the_token() {
    let world = World::new();
    world.guard(401);
    let shop = restored(&world, &jwt(&json!({ "exp": wall(3600), "iat": wall(3000) }).to_string()));
    assert!(shop.orders().await.unwrap().receipt().is_replayed());
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// H10, H4: the `exp` claim of a JWT triggers a refresh only if the token's age is unknown. The `exp` claim does not
/// cause a refresh if the token comes from a recent response or has `expires_in`.
#[tokio::test(start_paused = true)]
async fn the_expiry_in_a_token_counts_only_if_the_server_sent_none() {
    let over = jwt(&json!({ "exp": wall(-10) }).to_string());
    let world = World::with(AuthorityConfig {
        members: json!({ "access_token": over.clone() }),
        ..AuthorityConfig::default()
    });
    world.stage.respond(|_| (200, json!({})));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    shop.orders().await.unwrap();

    let client = Tokens::new(over).with_refresh("r").with_lifetime(seconds(600));
    shop.session().set(client).await.unwrap();
    shop.orders().await.unwrap();
    settled().await;
    world.authority.assert_refreshes(0);
}

/// H11: if the server refuses a token that has not expired according to the client's clock, the client refreshes.
#[tokio::test(start_paused = true)]
async fn a_refusal_outranks_the_clock() {
    for status in [401, 403] {
        let world =
            World::with(AuthorityConfig { lifetime: Some(seconds(3600)), ..AuthorityConfig::default() });
        world.guard(status);
        let shop = logged_out_client(&world);
        shop.login(&ANN).await.unwrap();
        world.authority.expire();
        assert!(shop.orders().await.unwrap().receipt().is_replayed());
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);
    }
}

/// H12: two hundred clients that logged in at the same time refresh at different times.
#[tokio::test(start_paused = true)]
async fn clients_that_logged_in_together_refresh_at_different_times() {
    let world = World::new();
    world.guard(403);
    let replicas: Vec<_> = (0..200)
        .map(|_| {
            let tokens = tokens(&world.authority.issue()).with_lifetime(seconds(3600));
            builder(&world).tokens(tokens).build().unwrap()
        })
        .collect();
    advance(seconds(3600 - 36)).await;
    let mut renewed = Vec::new();
    for _ in 0..6 {
        advance(Duration::from_millis(990)).await;
        let before = world.authority.refreshes();
        for replica in &replicas {
            replica.orders().await.unwrap();
        }
        settled().await;
        renewed.push(world.authority.refreshes() - before);
    }
    assert_eq!(world.stage.sends(), 6 * 200, "requests at the API: no call was refused");
    assert!(renewed.iter().all(|count| (10..=70).contains(count)), "{renewed:?}");
}

proptest! {
    #![proptest_config(Config { cases: 300, rng_seed: RngSeed::Fixed(15), failure_persistence: None, ..Config::default() })]

    /// H15: an opaque or malformed access token is sent unchanged and has no known expiration time.
    #[test]
    fn an_odd_token_is_a_token(
        access in prop_oneof![
            "[!-~]{1,40}",
            "[A-Za-z0-9_-]{0,12}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,12}",
            prop_oneof![
                Just("{}"), Just("{"), Just("[]"), Just("7"), Just("null"), Just(r#"{"exp":"1"}"#), Just(r#"{"exp":null}"#),
                Just(r#"{"exp":1e400}"#), Just(r#"{"exp":[1]}"#), Just(r#"{"exp":true}"#), Just(r#"{"iat":1}"#),
                Just(r#"{"exp":1e300}"#), Just(r#"{"exp":99999999999999999999,"iat":-1e300}"#),
            ].prop_map(jwt),
        ].prop_filter("a token", |text| !text.is_empty() && text != "."),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            world.stage.respond(|_| (200, json!({})));
            let kept = Tokens::new(&*access).with_refresh(world.authority.issue().refresh);
            let client: Client = Client::builder(ORIGIN).connect_to(world.clone()).tokens(kept).build().unwrap();
            let url = format!("{ORIGIN}/orders").parse().unwrap();
            client.execute(reqwest::Request::new(http::Method::GET, url)).await.unwrap();
            world.stage.assert_sends(1);
            world.authority.assert_refreshes(0);
            assert_eq!(world.stage.log()[0].token(), Some(&*access));
        });
    }
}

/// H10: an expired JWT that the program has set is sent if no refresh is possible.
#[tokio::test(start_paused = true)]
async fn an_expired_token_without_a_refresh_token_is_used() {
    let world = World::new();
    world.stage.respond(|_| (200, json!({})));
    let shop = logged_in_client(&world);
    shop.session().set(Tokens::new(jwt(r#"{"exp":1}"#))).await.unwrap();
    shop.orders().await.unwrap();
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
}
