//! Which calls are sent again: only those that the server refused before it acted on them.

use afresh::Tokens;
use afresh_tests::{Answer, World};
use serde_json::json;

use crate::api::{ORIGIN, Order, Shop, logged_in_client, order};
use crate::bodies::{accepted, body_of_both};
use crate::waiting::done;

/// M1, M3: every HTTP method is sent again after a 401 or 403: the server refused the call before it acted.
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

/// M1, M3: a `#[no_replay]` call starts a refresh and gets its refusal. The next call uses the new token.
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
            (refusal, &b"expired"[..])
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

/// M2: a call has one idempotency key, however often it is sent.
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
    assert_eq!(keys, ["key-1", "key-1"]);
}

/// M4: without an answer, it is unknown what the server did. The call is not sent again, before or after a refresh.
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
