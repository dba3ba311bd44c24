//! Tests signed requests (HMAC, DPoP): a tower layer around the transport sees each request exactly as it is sent.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use afresh_tests::{Seen, World};
use reqwest::Request;
use tower::ServiceBuilder;

use crate::api::{Order, Shop, ShopClient, order, tokens};
use crate::waiting::done;

/// Returns a stand-in for an HMAC of the HTTP method, the path, the token and a nonce.
fn signature(verb: &str, path: &str, token: &str, nonce: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (verb, path, token, nonce).hash(&mut hasher);
    hasher.finish().to_string()
}

fn is_signed(seen: &Seen) -> bool {
    let token = seen.header("authorization").unwrap();
    let expected = signature(seen.method(), seen.path(), token, seen.header("x-nonce").unwrap());
    seen.header("x-signature") == Some(&*expected)
}

/// P8: when a call is sent again, the request has a new signature with the new token and a new nonce.
#[tokio::test(start_paused = true)]
async fn both_sends_are_signed_over_the_token_that_they_carry() {
    let world = World::new();
    let nonces = Arc::new(AtomicUsize::new(0));
    let signed = ServiceBuilder::new()
        .map_request(move |mut request: Request| {
            let nonce = nonces.fetch_add(1, Ordering::Relaxed).to_string();
            let token = request.headers().get("authorization").map_or("", |token| token.to_str().unwrap());
            let signature = signature(request.method().as_str(), request.url().path(), token, &nonce);
            request.headers_mut().insert("x-nonce", nonce.parse().unwrap());
            request.headers_mut().insert("x-signature", signature.parse().unwrap());
            request
        })
        .service(world.service());
    let tokens = tokens(&world.authority.issue());
    let shop = ShopClient::builder(crate::api::ORIGIN).transport(signed).tokens(tokens).build().unwrap();

    let call = tokio::spawn(shop.place(&Order { id: 7 }, &[], "key"));
    world.stage.arrival().await.answer(401);
    world.stage.arrival().await.answer_with(order(7));
    done(call).await.unwrap();

    let [first, second] = &world.stage.log()[..] else { panic!("{:?}", world.stage) };
    assert!(is_signed(first) && is_signed(second));
    let differences = first.differences(second);
    assert_eq!(differences.len(), 3, "token, number and signature: {differences:?}");
}
