//! Tests that a call is sent again only if the server refused the call without acting on it, or if the call is
//! idempotent.

use afresh::{Result, Retry, Tokens, api};
use afresh_tests::{Answer, Handling, Role, World};
use serde_json::json;

use crate::api::{ORIGIN, Order, Shop, logged_in_client, order, tokens};
use crate::bodies::{accepted, body_of_both};
use crate::transports::ConnectTo;
use crate::waiting::done;

/// M1, M3: a call that is refused with status 401 or 403 is sent again, regardless of its HTTP method, because the
/// server did not act on the refused request.
#[tokio::test(start_paused = true)]
async fn every_method_is_sent_again_after_a_401_or_403() {
    for verb in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
        for refusal in [401, 403] {
            let world = World::new();
            world.guard_with(refusal, |_| accepted());
            let shop = logged_in_client(&world);
            world.authority.expire();
            let url = format!("{ORIGIN}/orders/7").parse().unwrap();
            let request = reqwest::Request::new(verb.parse().unwrap(), url);
            let response = shop.client().execute(request).await.unwrap();
            assert_eq!(response.status(), 200, "{verb} after {refusal}");
            body_of_both(&world);
            assert_eq!(world.stage.sends(), 2, "requests at the API: {verb} after {refusal}");
            assert_eq!(world.authority.refreshes(), 1, "refreshes: {verb} after {refusal}");
        }
    }
}

/// M1, M3: a refused `#[no_replay]` call starts a refresh and returns the server's refusal. The next call is sent with
/// the new token.
#[tokio::test(start_paused = true)]
async fn a_no_replay_call_is_refreshed_and_never_sent_again() {
    for refusal in [401, 403] {
        let world = World::new();
        world.guard_with(Answer::text(refusal, "expired"), |_| accepted());
        let shop = logged_in_client(&world);
        world.authority.expire();
        let error = shop.pay(7).await.unwrap_err();
        assert!(error.is_status(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), &error.body().unwrap()[..]),
            (refusal, &b"expired"[..]),
            "status and body in the error"
        );
        assert_eq!(error.rejection().unwrap().status(), refusal);
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(1);
        assert_eq!(
            shop.session().tokens(),
            Some(Tokens::new(world.authority.access(2)).with_refresh(world.authority.refresh(2)))
        );
        shop.pay(7).await.unwrap();
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);
    }
}

/// M3: if the refresh for a refused `#[no_replay]` call fails, the call returns the refresh error, which contains the
/// refusal.
#[tokio::test(start_paused = true)]
async fn a_no_replay_call_whose_refresh_fails_returns_the_error_of_the_refresh() {
    let world = World::new();
    world.guard_with(Answer::text(403, "expired"), |_| accepted());
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.authority.always(Role::Refresh, Handling::instead(500));
    let error = shop.pay(7).await.unwrap_err();
    assert!(error.is_refresh(), "{error:?}");
    let refusal = error.rejection().unwrap();
    assert_eq!(
        (refusal.status().as_u16(), &refusal.body()[..]),
        (403, &b"expired"[..]),
        "status and body of the refusal"
    );
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
}

/// M2: if the caller sets an idempotency key, both requests of the call contain that key.
#[tokio::test(start_paused = true)]
async fn the_idempotency_key_is_the_same_on_both_sends() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    world.authority.expire();
    shop.place(&Order { id: 7 }, &["new"], "key-1").await.unwrap();
    body_of_both(&world);
    let keys: Vec<_> =
        world.stage.log().iter().map(|seen| seen.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys, ["key-1", "key-1"], "idempotency keys of the requests");
}

/// An API whose methods can be retried even though they use POST or PATCH.
#[api]
trait Payments {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: afresh::RefreshToken) -> Result<Tokens>;

    #[idempotent]
    #[post("/recount")]
    async fn recount(&self) -> Result<()>;

    #[idempotency_key]
    #[post("/payments")]
    async fn pay(&self, #[json] order: &Order) -> Result<()>;

    #[idempotency_key("x-request-id")]
    #[patch("/payments")]
    async fn change(&self) -> Result<()>;

    #[idempotency_key]
    #[post("/refunds")]
    async fn refund(&self, #[header("idempotency-key")] key: Option<&str>) -> Result<()>;

    #[post("/plain")]
    async fn plain(&self) -> Result<()>;
}

/// Returns a client whose calls receive four responses in this order: 503, 403 (for an expired token), 503, and a
/// success.
fn payments(world: &World) -> PaymentsClient {
    let sends = std::sync::atomic::AtomicUsize::new(0);
    let authority = world.authority.clone();
    world.stage.respond(move |seen| {
        let send = sends.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 4;
        if send == 1 {
            authority.expire();
        }
        match send {
            0 | 2 => Answer::new(503),
            _ if seen.token().is_some_and(|token| authority.accepts(token)) => Answer::new(204),
            _ => Answer::new(403),
        }
    });
    let builder = PaymentsClient::builder(ORIGIN).connect_to(world.clone());
    builder.tokens(tokens(&world.authority.issue())).retry(Retry::default().attempts(5)).build().unwrap()
}

fn values(world: &World, name: &str) -> Vec<String> {
    world.stage.log().iter().map(|seen| seen.header(name).unwrap_or("none").to_owned()).collect()
}

/// M2: with `#[idempotency_key]`, the client generates a random UUID for each call. All requests of a call have the
/// same key, and the next call has a different key.
#[tokio::test(start_paused = true)]
async fn a_drawn_idempotency_key_is_the_same_on_every_send_of_a_call() {
    for header in ["idempotency-key", "x-request-id"] {
        let world = World::new();
        let shop = payments(&world);
        for _ in 0..2 {
            if header == "x-request-id" {
                shop.change().await.unwrap();
            } else {
                shop.pay(&Order { id: 7 }).await.unwrap();
            }
        }
        world.stage.assert_sends(8);
        world.authority.assert_refreshes(2);
        let keys = values(&world, header);
        let (first, second) = keys.split_at(4);
        for of_one_call in [first, second] {
            assert!(of_one_call.iter().all(|key| *key == of_one_call[0]), "{of_one_call:?}");
            let parts: Vec<_> = of_one_call[0].split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "a UUID: {of_one_call:?}");
            assert_eq!(&of_one_call[0][14..15], "4", "a random UUID: {of_one_call:?}");
        }
        assert_ne!(first[0], second[0]);
    }
}

/// A parameter that sets the idempotency header replaces the generated key. If the parameter for the idempotency header
/// is `None`, the client generates a random key.
#[tokio::test(start_paused = true)]
async fn a_parameter_gives_the_idempotency_key_instead() {
    let world = World::new();
    let shop = payments(&world);
    shop.refund(Some("mine")).await.unwrap();
    assert_eq!(values(&world, "idempotency-key"), ["mine"; 4]);
    shop.refund(None).await.unwrap();
    let drawn = values(&world, "idempotency-key").split_off(4);
    assert!(drawn.iter().all(|key| *key == drawn[0] && key.len() == 36), "{drawn:?}");
}

#[tokio::test(start_paused = true)]
async fn an_idempotent_method_is_retried_without_a_key() {
    let world = World::new();
    let shop = payments(&world);
    shop.recount().await.unwrap();
    assert_eq!(values(&world, "idempotency-key"), ["none"; 4]);
    assert_eq!(shop.plain().await.unwrap_err().status().unwrap(), 503);
    world.stage.assert_sends(5);
}

/// M4: a call is not sent again if its response is lost or incomplete, whether or not the call triggered a refresh.
#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_never_sent_again() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let lost = [Answer::reset(), Answer::json(200, json!({ "id": 7 })).body("{\"id\"").then_break()];
    for answer in &lost {
        let call = tokio::spawn(shop.place(&Order { id: 7 }, &[], "key"));
        world.stage.arrival().await.answer_with(answer.clone());
        let error = done(call).await.unwrap_err();
        assert!(error.rejection().is_none() && !error.is_decode(), "{error:?}");
    }
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(0);

    let call = tokio::spawn(shop.place(&Order { id: 7 }, &[], "key"));
    world.stage.arrival().await.answer(403);
    world.stage.arrival().await.answer_with(Answer::reset());
    let error = done(call).await.unwrap_err();
    assert_eq!(error.rejection().unwrap().status(), 403);
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);
}
