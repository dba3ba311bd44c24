//! Tests the header and the authorization scheme that requests use to send a token.

use afresh::{Client, ClientBuilder, RefreshToken, Result, SessionState, Tokens, api};
use afresh_tests::{AuthorityConfig, Handling, Role, World};
use serde_json::json;

use crate::api::{
    ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, logged_in_client,
    logged_in_cookie_client, logged_out_client, order, tokens,
};
use crate::transports::ConnectTo;
use crate::waiting::done;

#[api(scheme = "Token", token_header = "X-Auth-Token")]
trait Declared {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<serde_json::Value>;
}

/// Returns the `authorization` header that a client with the given tokens sends.
async fn authorization(tokens: Tokens, change: fn(ClientBuilder<Client>) -> ClientBuilder<Client>) -> String {
    let world = World::new();
    world.stage.respond(|_| 200);
    let client = change(Client::builder(ORIGIN).connect_to(world.clone()).tokens(tokens)).build().unwrap();
    let url = format!("{ORIGIN}/orders/7").parse().unwrap();
    client.execute(reqwest::Request::new(reqwest::Method::GET, url)).await.unwrap();
    world.stage.log()[0].header("authorization").unwrap().to_owned()
}

/// P1: if an API declares no scheme, both the first and the repeated request send the token without a scheme.
#[tokio::test(start_paused = true)]
async fn an_api_without_a_scheme_gets_the_token_alone() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| order(7));
    let shop = logged_in_cookie_client(&world).await;
    world.authority.expire();
    shop.order(7).await.unwrap();
    let headers: Vec<_> =
        world.stage.log().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(
        headers,
        [1, 2].map(|number| world.authority.access(number)),
        "`authorization` headers of the requests"
    );
    assert_eq!(
        authorization(Tokens::new("t").with_token_type("DPoP"), |builder| builder.scheme("")).await,
        "t"
    );
}

/// P2: the scheme is `DPoP` if the token type is `DPoP`, and `Bearer` for any other token type, unless the user sets a
/// scheme.
#[tokio::test(start_paused = true)]
async fn the_token_type_sets_the_scheme_unless_the_user_does() {
    let usual = |builder| builder;
    for (token_type, expected) in [
        ("", "Bearer t"),
        ("bearer", "Bearer t"),
        ("BEARER", "Bearer t"),
        ("Bearer", "Bearer t"),
        ("DPoP", "DPoP t"),
        ("mac", "Bearer t"),
        ("bot", "Bearer t"),
        ("user", "Bearer t"),
        ("access_token", "Bearer t"),
        ("no scheme", "Bearer t"),
        ("x\r\nevil: 1", "Bearer t"),
    ] {
        assert_eq!(authorization(Tokens::new("t").with_token_type(token_type), usual).await, expected);
    }
    let dpop = Tokens::new("t").with_token_type("DPoP");
    assert_eq!(authorization(dpop, |builder| builder.scheme("Token")).await, "Token t");
    assert!(Client::builder(ORIGIN).scheme("no scheme").build().unwrap_err().is_builder());
}

/// P2: the token type in the login response determines the authorization scheme, and a refresh response without a token
/// type keeps that scheme.
#[tokio::test(start_paused = true)]
async fn the_scheme_of_a_login_is_kept_after_a_refresh() {
    let world = World::with(AuthorityConfig {
        members: json!({ "token_type": "DPoP" }),
        ..AuthorityConfig::default()
    });
    world.guard_with(401, |_| order(7));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.authority.configure(|config| config.members = json!({}));
    world.authority.expire();
    shop.order(7).await.unwrap();
    let [first, second] = [1, 2].map(|number| format!("DPoP {}", world.authority.access(number)));
    let headers: Vec<_> =
        world.stage.log().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(headers, [first, second], "`authorization` headers of the requests");
}

/// P7: if the token is sent in a custom header, the `authorization` header is not sent.
#[tokio::test(start_paused = true)]
async fn a_custom_header_carries_the_token() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    let api = DeclaredClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap();
    let call = tokio::spawn(api.order(7));
    world.stage.arrival().await.answer(403);
    world.stage.arrival().await.answer_with(order(7));
    done(call).await.unwrap();
    for (seen, number) in world.stage.log().iter().zip([1, 2]) {
        assert_eq!(seen.header("x-auth-token"), Some(&*format!("Token {}", world.authority.access(number))));
        assert_eq!(seen.header("authorization"), None);
    }
}

/// P9: a token that is not a valid header value is rejected, whatever its source, and the session does not change.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_a_header_value_is_refused_and_changes_nothing() {
    for bad in ["", "a\nb", "a\r\nevil: 1", "a\0b", "a\u{7f}b"] {
        let world = World::new();
        let error = builder(&world).tokens(Tokens::new(bad)).build().unwrap_err();
        assert!(error.is_builder(), "{error:?}");
        let shop = logged_in_client(&world);
        let before = shop.session().tokens();
        assert!(shop.session().set(Tokens::new(bad)).await.unwrap_err().is_request());
        let bad = json!({ "access_token": bad, "refresh_token": "r" });
        world.authority.next(Role::Login, Handling::instead((200, &bad)));
        let error = shop.login(&ANN).await.unwrap_err();
        assert!(error.is_request() || error.is_decode(), "{error:?}");
        assert_eq!(error.method(), Some("Shop::login"));

        world.stage.respond(|_| 403);
        world.authority.next(Role::Refresh, Handling::instead((200, &bad)));
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_refresh() && error.rejection().is_some(), "{error:?}");
        assert_eq!(
            (shop.session().tokens(), shop.session().state()),
            (before, SessionState::LoggedIn),
            "tokens and state of the session"
        );
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(1);
    }
}

/// P9: headers that contain secrets are marked as sensitive, so they are neither logged nor stored in HTTP/2's header
/// compression table.
#[tokio::test(start_paused = true)]
async fn headers_that_carry_secrets_are_marked_sensitive() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| order(7));
    let shop: CookieShopClient = logged_in_cookie_client(&world).await;
    world.authority.expire();
    shop.order(7).await.unwrap();
    for seen in world.stage.log() {
        assert!(seen.headers()["authorization"].is_sensitive() && seen.headers()["cookie"].is_sensitive());
    }
    assert!(world.authority.requests(Role::Refresh)[0].headers()["cookie"].is_sensitive());

    let world = World::new();
    world.stage.respond(|_| 200);
    let issued = tokens(&world.authority.issue());
    let api = ShopClient::builder(ORIGIN)
        .connect_to(world.clone())
        .tokens(issued)
        .token_header("x-token")
        .scheme("");
    api.build().unwrap().orders().await.unwrap_err();
    assert!(world.stage.log()[0].headers()["x-token"].is_sensitive());
}
