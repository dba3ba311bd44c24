//! Tests calls without a credential: calls that need a session, calls that work without one, and public calls.

use std::time::Duration;

use afresh::{Error, Result, Session, SessionState, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use reqwest::Method;
use tokio::time::advance;

use crate::api::{
    ANN, CookieShop, CookieShopClient, ORIGIN, Order, Shop, builder, logged_in_client, logged_out_client,
    order,
};
use crate::transports::ConnectTo;
use crate::waiting::{done, settled};

/// An API without login and refresh methods, which has a session only if the builder sets a session, tokens or a
/// refresher.
#[api]
trait Catalogue {
    #[get("/items/{id}")]
    async fn item(&self, id: u64) -> Result<Order>;
}

/// An API whose login page sets the refresh cookie, as in single sign-on.
#[api(scheme = none)]
trait SignOn {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[public]
    #[get("/callback")]
    async fn callback(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

fn request(method: Method, path: &str) -> reqwest::Request {
    reqwest::Request::new(method, format!("{ORIGIN}{path}").parse().unwrap())
}

fn assert_no_session<T: std::fmt::Debug>(result: Result<T, Error>, method: &str) {
    let error = result.unwrap_err();
    assert!(error.is_no_session(), "{error:?}");
    assert_eq!(
        (error.method(), error.status(), error.rejection().is_none()),
        (Some(method), None, true),
        "method and status in the error, and whether the error has no rejection"
    );
}

/// K1: a call that needs a session fails before sending a request, regardless of the call's HTTP method and body.
#[tokio::test(start_paused = true)]
async fn without_a_session_nothing_is_sent() {
    let world = World::new();
    world.stage.respond(|_| 500);
    let shop = logged_out_client(&world);
    assert_no_session(shop.order(7).await, "Shop::order");
    assert_no_session(shop.place(&Order { id: 7 }, &[], "key").await, "Shop::place");
    assert_no_session(shop.pay(7).await, "Shop::pay");

    let by_hand = builder(&world).refresh_with(|_| async { Ok(Tokens::new("never asked for")) });
    assert_no_session(by_hand.build().unwrap().order(7).await, "Shop::order");
    let cookies = CookieShopClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    assert_no_session(cookies.order(7).await, "CookieShop::order");
    assert_eq!(world.routes(), [""; 0]);
}

/// K1: after a logout, calls and manual refreshes fail before sending a request.
#[tokio::test(start_paused = true)]
async fn after_a_logout_nothing_is_sent() {
    let world = World::new();
    world.stage.respond(|_| 500);
    let shop = logged_in_client(&world);
    shop.logout().await.unwrap();
    assert_no_session(shop.order(7).await, "Shop::order");
    assert!(shop.session().refresh().await.unwrap_err().is_no_session());
    assert_eq!(world.routes(), ["POST /api/user/logout"]);
}

/// K2: if the session has an access token, a hand-written request contains that token. If the server refuses a request
/// that contains no token, no refresh starts.
#[tokio::test(start_paused = true)]
async fn a_hand_written_request_starts_a_refresh_only_if_it_carried_a_credential() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    for status in [401, 403] {
        world.stage.respond(move |_| status);
        let response = shop.client().execute(request(Method::GET, "/orders/7")).await.unwrap();
        assert_eq!(response.status(), status);
    }
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(0);
    assert!(world.stage.log().iter().all(|seen| seen.header("authorization").is_none()));

    shop.login(&ANN).await.unwrap();
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    let response = shop.client().execute(request(Method::GET, "/orders/7")).await.unwrap();
    assert_eq!(response.status(), 200);
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);

    world.authority.revoke();
    let error = shop.client().execute(request(Method::GET, "/orders/7")).await.unwrap_err();
    assert!(error.is_session_expired());
    world.stage.respond(|_| 403);
    let response = shop.client().execute(request(Method::GET, "/orders/7")).await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(world.stage.log().last().unwrap().header("authorization"), None);
}

/// K2: if an API has neither login nor refresh methods, its client never sends a token and never refreshes, unless the
/// builder sets a session.
#[tokio::test(start_paused = true)]
async fn an_api_without_roles_uses_the_session_that_it_is_given() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let alone = CatalogueClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    assert_eq!(alone.item(7).await.unwrap_err().status().unwrap(), 403);
    let seen = world.stage.log().pop().unwrap();
    assert_eq!(seen.header("authorization"), None);
    world.authority.assert_refreshes(0);

    let session = Session::new();
    let optional = CatalogueClient::builder(ORIGIN).connect_to(world.clone());
    let optional = optional.session(session.clone()).build().unwrap();
    assert_eq!(optional.item(7).await.unwrap_err().status().unwrap(), 403);
    session.set(Tokens::new(world.authority.issue().access)).await.unwrap();
    assert_eq!(optional.item(7).await.unwrap().id, 7);

    let shop = logged_in_client(&world);
    let shared = CatalogueClient::new(shop.client().clone());
    world.authority.expire();
    assert_eq!(shared.item(7).await.unwrap().id, 7);
    world.authority.assert_refreshes(1);
    shop.logout().await.unwrap();
    assert_no_session(shared.item(7).await, "Catalogue::item");
}

/// K3: a public call is sent without a token, does not wait for a refresh, and returns the server's refusal.
#[tokio::test(start_paused = true)]
async fn a_public_call_ignores_the_session() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = CookieShopClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    let sign_on = SignOnClient::new(shop.client().clone());
    world.authority.hold(Role::Refresh);
    let waiting = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(401);
    let exchange = world.authority.parked(Role::Refresh).await;

    for status in [200, 401, 403] {
        let call = tokio::spawn(sign_on.callback());
        let arrival = world.stage.arrival().await;
        assert_eq!(
            (arrival.header("authorization"), arrival.header("cookie")),
            (None, None),
            "`authorization` and `cookie` headers"
        );
        arrival.answer(status);
        let answer = done(call).await;
        assert_eq!(
            answer.err().and_then(|error| error.status()).map_or(200, |status| status.as_u16()),
            status
        );
    }
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);

    world.stage.respond(|_| order(7));
    exchange.release();
    done(waiting).await.unwrap();
}

/// K3: a public call can be sent without a session or after the session has expired.
#[tokio::test(start_paused = true)]
async fn a_public_call_needs_no_session() {
    let world = World::new();
    world.stage.respond(|seen| if seen.path() == "/health" { Answer::text(200, "fine") } else { 401.into() });
    let shop = logged_out_client(&world);
    assert_eq!(shop.health().await.unwrap(), "fine");
    shop.login(&ANN).await.unwrap();
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(shop.health().await.unwrap(), "fine");
}

/// K4: if a session has a refresh token but no access token, the first calls wait for one refresh and use the new
/// token.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_alone_is_enough_to_start_with() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let issued = world.authority.issue();
    let shop = builder(&world).tokens(Tokens::from_refresh(issued.refresh)).build().unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    settled().await;
    assert_eq!(world.authority.refreshes(), 0, "refreshes: no refresh is sent before the first call");
    assert_eq!(
        shop.health().await.unwrap_err().status().unwrap(),
        403,
        "the server refuses a call without a token"
    );
    assert_eq!(world.authority.refreshes(), 0, "refreshes: a public call does not start a refresh");
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    for call in calls {
        assert_eq!(done(call).await.unwrap().id, 7);
    }
    world.stage.assert_sends(11);
    world.authority.assert_refreshes(1);
}

/// K4: if a session's first refresh fails, no call is sent. After a temporary refresh failure, a later call refreshes
/// again. If the refresh token is rejected, the session ends.
#[tokio::test(start_paused = true)]
async fn a_failed_start_from_a_refresh_token_sends_no_call() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let issued = world.authority.issue();
    let shop = builder(&world).tokens(Tokens::from_refresh(issued.refresh)).build().unwrap();
    world.authority.next(Role::Refresh, Handling::instead(503));
    for _ in 0..3 {
        assert!(shop.order(7).await.unwrap_err().is_refresh());
    }
    world.stage.assert_sends(0);
    world.authority.assert_refreshes(1);
    advance(Duration::from_secs(2)).await;
    assert_eq!(shop.order(7).await.unwrap().id, 7);

    let lost = builder(&world).tokens(Tokens::from_refresh("unknown")).build().unwrap();
    assert!(lost.order(7).await.unwrap_err().is_session_expired());
    assert!(lost.order(7).await.unwrap_err().is_session_expired());
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(3);
}

/// K4: a session can start with only a refresh cookie.
#[tokio::test(start_paused = true)]
async fn a_refresh_cookie_alone_is_enough_to_start_with() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = SignOnClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    world.stage.respond(|_| 500);
    assert_no_session(shop.order(7).await, "SignOn::order");
    let cookie = format!("refresh_token={}; Path=/; HttpOnly", world.authority.issue().refresh);
    world.stage.respond(move |_| Answer::new(200).header("set-cookie", &cookie));
    shop.callback().await.unwrap();
    world.guard_with(403, |_| order(7));
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}
