//! Tests that a request to the refresh endpoint contains the refresh token and no other credential.

use afresh::{AccessToken, RefreshToken, Result, Tokens, api};
use afresh_tests::{AuthorityConfig, Handling, Role, World};
use serde_json::{Value, json};

use crate::api::{CookieShop, ORIGIN, Shop, logged_in_client, logged_in_cookie_client, order, tokens};
use crate::transports::ConnectTo;

/// A11: a 401 or 403 response to a refresh request does not start another refresh.
#[tokio::test(start_paused = true)]
async fn a_refused_refresh_starts_no_refresh() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.authority.always(Role::Refresh, Handling::instead(refusal));
        world.authority.expire();
        world.guard(403);

        let error = shop.orders().await.unwrap_err();

        assert!(error.is_refresh(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 403);
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(1);
    }
}

/// A12: a refresh request contains the refresh token but not the access token that the server refused.
#[tokio::test(start_paused = true)]
async fn a_refresh_carries_the_refresh_token_and_not_the_access_token() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);
    shop.orders().await.unwrap();

    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(exchange.header("authorization"), None);
    assert_eq!(exchange.json(), json!({ "refresh_token": world.authority.refresh(1) }));
}

/// A12: if the refresh token is a cookie, a refresh request contains that cookie but not the access token that the
/// server refused.
#[tokio::test(start_paused = true)]
async fn a_refresh_by_cookie_carries_the_cookie_and_not_the_access_token() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    shop.order(7).await.unwrap();

    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(exchange.header("authorization"), None);
    assert_eq!(exchange.cookie("refresh_token"), Some(&*world.authority.refresh(1)));
    assert!(exchange.body().is_empty());
}

#[api]
trait Asking {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(
        &self,
        #[bearer] access: AccessToken,
        #[json("refresh_token")] token: RefreshToken,
    ) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;
}

/// A12: a refresh request contains the access token if the API declares a parameter for it.
#[tokio::test(start_paused = true)]
async fn a_refresh_carries_the_access_token_if_the_api_declares_it() {
    let world = World::new();
    let tokens = tokens(&world.authority.issue());
    let client = AskingClient::builder(ORIGIN).connect_to(world.clone()).tokens(tokens).build().unwrap();
    world.authority.expire();
    world.guard(403);
    client.orders().await.unwrap();

    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(exchange.header("authorization"), Some(&*format!("Bearer {}", world.authority.access(1))));
}
