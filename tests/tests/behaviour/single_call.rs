//! Tests a single call: its first request, the responses that start a refresh, and its second request.

use std::time::Duration;

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Arrival, AuthorityConfig, LogEntry, Role, World};
use serde_json::{Value, json};

use crate::api::{
    CookieShop, ORIGIN, Order, Shop, builder, logged_in_client, logged_in_cookie_client, order,
};
use crate::transports::ConnectTo;

/// A1: a valid token is sent with a call, and no refresh starts.
#[tokio::test(start_paused = true)]
async fn a_valid_token_is_sent_and_nothing_is_refreshed() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| order(7));

    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });

    let sends = world.stage.log();
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].header("authorization"), Some(&*format!("Bearer {}", world.authority.access(1))));
    world.authority.assert_refreshes(0);
}

/// A2: if a call is refused, the client refreshes, sends the call again, and returns the decoded value to the caller.
#[tokio::test(start_paused = true)]
async fn a_refused_call_is_refreshed_and_sent_again_and_returns_its_value() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer(refusal);
        world.stage.arrival().await.answer_with(order(7));

        assert_eq!(call.await.unwrap().unwrap(), Order { id: 7 });
        assert_eq!(world.routes(), ["GET /orders/7", "POST /api/user/refresh_token", "GET /orders/7"]);
    }
}

/// A2: if a call is refused and the refresh token is in a cookie, the client refreshes with that cookie and sends the
/// call again.
#[tokio::test(start_paused = true)]
async fn a_refused_call_of_the_cookie_api_is_refreshed_and_sent_again() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;

    let call = tokio::spawn(shop.order(7));
    let refusal = json!({ "status": { "text": "jwt expired", "severity": "error" } });
    let first = world.stage.arrival().await;
    assert_eq!(first.header("authorization"), Some(&*world.authority.access(1)));
    first.answer_json(403, refusal);
    let second = world.stage.arrival().await;
    assert_eq!(second.header("authorization"), Some(&*world.authority.access(2)));
    second.answer_with(order(7));

    assert_eq!(call.await.unwrap().unwrap(), Order { id: 7 });
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
    let presented = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(presented.cookie("refresh_token"), Some(&*world.authority.refresh(1)));
}

/// A2: a call's receipt reports whether the call was sent again.
#[tokio::test(start_paused = true)]
async fn the_receipt_shows_whether_a_call_was_sent_again() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);

    let replayed = *shop.orders().await.unwrap().receipt();
    assert!(replayed.is_refreshed() && replayed.is_replayed() && replayed.is_authenticated());
    assert_eq!(replayed.sends(), 2, "sends in the receipt");
    assert_eq!(replayed.generation(), Some(2));
    let plain = *shop.orders().await.unwrap().receipt();
    assert!(!plain.is_refreshed() && !plain.is_replayed() && plain.is_authenticated());
    assert_eq!(plain.sends(), 1, "sends in the receipt");
    assert_eq!(plain.generation(), Some(2));
}

/// A7: the second request of a call contains the new access token.
#[tokio::test(start_paused = true)]
async fn the_second_send_carries_the_new_token_and_not_the_old_one() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);

    shop.orders().await.unwrap();

    for (send, number) in world.stage.log().iter().zip([1, 2]) {
        let carried: Vec<_> = send.headers().get_all("authorization").iter().collect();
        assert_eq!(carried, [&format!("Bearer {}", world.authority.access(number))]);
    }
    world.stage.assert_sends(2);
}

/// A8: both requests of a call have the same method, URL, query, body and headers, except for the token.
#[tokio::test(start_paused = true)]
async fn only_the_token_differs_between_the_two_sends() {
    let world = World::new();
    let tokens = crate::api::tokens(&world.authority.issue());
    let shop = builder(&world).tokens(tokens).header("x-client", "ios").build().unwrap();

    let call = tokio::spawn(shop.place(&Order { id: 7 }, &["a b", "ü&c"], "key-1"));
    let first = world.stage.arrival().await;
    let before = first.seen();
    first.answer(403);
    let second = world.stage.arrival().await;
    let after = second.seen();
    second.answer_with(order(7));

    call.await.unwrap().unwrap();
    assert_eq!(before.differences(&after), ["header authorization"]);
    assert_eq!(before.query(), Some("tag=a%20b&tag=%C3%BC%26c"));
    assert_eq!((before.header("x-client"), before.header("idempotency-key")), (Some("ios"), Some("key-1")));
    assert_eq!(before.json(), json!({ "id": 7 }));
}

/// An extension that a tracing layer might add to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trace(u32);

/// A8: if a hand-written request is sent again, its timeout and extensions are kept.
#[tokio::test(start_paused = true)]
async fn a_hand_written_request_keeps_its_timeout_and_extensions_in_both_sends() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);
    let request = http::Request::put(format!("{ORIGIN}/orders/7?v=2")).header("x-trace", "1");
    let mut request = reqwest::Request::try_from(request.extension(Trace(9)).body("seven").unwrap()).unwrap();
    *request.timeout_mut() = Some(Duration::from_secs(3));

    assert_eq!(shop.client().execute(request).await.unwrap().status(), 200);

    let [before, after] = &world.stage.log()[..] else { panic!("two sends, not {:?}", world.stage.log()) };
    assert_eq!(before.differences(after), ["header authorization"]);
    assert_eq!(
        (after.timeout(), after.extension()),
        (Some(Duration::from_secs(3)), Some(&Trace(9))),
        "timeout and extension of the second request"
    );
    assert_eq!(
        (after.method(), after.header("x-trace"), &after.body()[..]),
        ("PUT", Some("1"), &b"seven"[..]),
        "HTTP method, `x-trace` header and body"
    );
}

/// A9: the response that refuses the first request is dropped before the second request is sent, even if the response
/// body has not ended.
#[tokio::test(start_paused = true)]
async fn the_refused_answer_is_dropped_before_the_second_send() {
    let refusals = [
        Answer::text(403, "no"),
        Answer::new(403).chunks(["n", "o"]),
        Answer::new(403).body(vec![b'x'; 10 << 20]),
        Answer::new(403).chunks(vec![vec![b'x'; 64 << 10]; 160]),
        Answer::new(403).chunks(["n"]).then_break(),
        Answer::new(403).chunks(["n"]).then_hang(),
    ];
    for refusal in refusals {
        let world = World::new();
        let shop = logged_in_client(&world);

        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer_with(refusal);
        world.stage.arrival().await.answer_with(order(7));
        call.await.unwrap().unwrap();

        let journal = world.history();
        let let_go = |moment: &LogEntry| matches!(moment, LogEntry::BodyRead(0) | LogEntry::BodyDropped(0));
        let let_go = journal.iter().position(let_go).expect("the refused response is never dropped");
        let sent_again = journal.iter().position(|moment| *moment == LogEntry::Arrived(2)).unwrap();
        assert!(let_go < sent_again, "{journal:?}");
    }
}

#[api]
trait Foreign {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders_as(&self, #[header] own: &http::HeaderMap) -> Result<Value>;

    #[public]
    #[get("/orders")]
    async fn public_orders_as(&self, #[header] own: &http::HeaderMap) -> Result<Value>;
}

async fn refuse(arrival: Arrival) {
    assert_eq!(arrival.headers().get_all("authorization").iter().count(), 1);
    assert_eq!(arrival.header("authorization"), Some("Basic b3du"));
    arrival.answer(403);
}

/// A13: a call that passes an `authorization` header is sent unchanged, and if it is refused, no refresh starts.
#[tokio::test(start_paused = true)]
async fn a_call_with_its_own_authorization_is_not_changed() {
    let world = World::new();
    let tokens = crate::api::tokens(&world.authority.issue());
    let client = ForeignClient::builder(ORIGIN).connect_to(world.clone()).tokens(tokens).build().unwrap();

    let own = [(http::header::AUTHORIZATION, "Basic b3du".parse().unwrap())].into_iter().collect();
    for call in [
        client.public_orders_as(&own),
        client.orders_as(&http::HeaderMap::new()).header("authorization", "Basic b3du"),
    ] {
        let call = tokio::spawn(call);
        refuse(world.stage.arrival().await).await;
        assert_eq!(call.await.unwrap().unwrap_err().status().unwrap(), 403);
    }
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(0);
}

/// For a trait with login or refresh methods, a call fails before it is sent if its header map contains the token
/// header or a transport header.
#[tokio::test(start_paused = true)]
async fn a_header_map_with_the_token_header_is_an_error_before_anything_is_sent() {
    let world = World::new();
    let issued = crate::api::tokens(&world.authority.issue());
    let builder = || ForeignClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued.clone());
    let (plain, custom) = (builder().build().unwrap(), builder().token_header("x-token").build().unwrap());
    let with = |name: &'static str| {
        http::HeaderMap::from_iter([(http::HeaderName::from_static(name), "1".parse().unwrap())])
    };
    for (client, name) in
        [(&plain, "authorization"), (&custom, "x-token"), (&plain, "host"), (&plain, "content-length")]
    {
        let error = client.orders_as(&with(name)).await.unwrap_err();
        assert!(error.is_request() && error.to_string().contains(name), "{error}");
        assert_eq!(error.method(), Some("Foreign::orders_as"));
    }
    world.stage.assert_sends(0);
    world.stage.respond(|_| (200, 1));
    custom.orders_as(&with("authorization")).await.unwrap();
    plain.orders_as(&with("x-token")).await.unwrap();
}

/// An API without roles. The `authorization` header is an ordinary header of this API.
#[api]
trait Keyed {
    #[get("/orders")]
    async fn orders_as(&self, #[header] own: &http::HeaderMap) -> Result<Value>;
}

#[tokio::test(start_paused = true)]
async fn a_header_map_of_an_api_without_a_session_can_have_an_authorization() {
    let world = World::new();
    world.stage.respond(|_| (200, 1));
    let client = KeyedClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    let own = [(http::header::AUTHORIZATION, "Basic b3du".parse().unwrap())].into_iter().collect();
    client.orders_as(&own).await.unwrap();
    assert_eq!(world.stage.log()[0].header("authorization"), Some("Basic b3du"));
}

/// A13: a hand-written request that has an `authorization` header is sent unchanged, and if it is refused, no refresh
/// starts.
#[tokio::test(start_paused = true)]
async fn a_hand_written_request_with_its_own_authorization_is_not_changed() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut request = reqwest::Request::new(http::Method::GET, format!("{ORIGIN}/orders").parse().unwrap());
    request.headers_mut().insert("authorization", "Basic b3du".parse().unwrap());

    let call = tokio::spawn(shop.client().execute(request));
    refuse(world.stage.arrival().await).await;

    assert_eq!(call.await.unwrap().unwrap().status(), 403);
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
}

/// A13: if `authorization` is a default header of the client, the header is sent unchanged, and a refused call does not
/// trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_client_with_its_own_authorization_is_not_changed() {
    let world = World::new();
    let tokens = crate::api::tokens(&world.authority.issue());
    let shop = builder(&world).tokens(tokens).header("authorization", "Basic b3du").build().unwrap();

    let call = tokio::spawn(shop.orders());
    refuse(world.stage.arrival().await).await;

    assert_eq!(call.await.unwrap().unwrap_err().status().unwrap(), 403);
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
}
