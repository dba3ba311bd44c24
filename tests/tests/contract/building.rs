//! Uses the public API for clients: builder settings, several traits on one client, and options for one call.

use std::convert::Infallible;
use std::time::Duration;

use afresh::oauth2::{ClientCredentials, RefreshTokenGrant};
use afresh::{
    Client, ClientBuilder, FileStore, MemoryStore, Pending, Refresher, Result, Retry, RetryBudget, Session,
    Tokens,
};
use http::HeaderValue;

use crate::declarations::{Order, SeedApi, Shop as _, ShopClient};

fn tokens() -> Tokens {
    Tokens::new("access").with_refresh("refresh").with_lifetime(Duration::from_secs(600))
}

/// Generic code can accept the builder of any client type.
fn with_settings(builder: ClientBuilder<ShopClient>) -> ClientBuilder<ShopClient> {
    builder
        .tokens(tokens())
        .refresh_on([401, 403])
        .expired_when(|rejection| rejection.pointer("/error").is_some_and(|code| code == "expired"))
        .forbidden_when(|rejection| rejection.status() == 403 && rejection.is_html())
        .session_ends_on([401, 403])
        .scheme("Token")
        .token_header("x-token")
        .header("x-client", "ios")
        .timeout(Duration::from_secs(30))
        .allow_http()
        .retry(
            Retry::default()
                .attempts(4)
                .base(Duration::from_millis(50))
                .max_wait(Duration::from_secs(5))
                .on([429, 503])
                .budget(RetryBudget::percent(10).reserve(5)),
        )
        .follow_to(["https://files.example"])
        .max_body(64 << 20)
        .replay_limit(64)
}

#[tokio::test]
async fn every_setting_of_a_builder_is_accepted() {
    let shop = with_settings(ShopClient::builder("https://shop.example"))
        .runtime(tokio::runtime::Handle::current())
        .build()
        .unwrap();
    assert_eq!(shop.session().tokens(), Some(tokens()));
    let http = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let service = tower::service_fn(|_: reqwest::Request| async {
        Ok::<_, Infallible>(reqwest::Response::from(http::Response::new("{}")))
    });
    ShopClient::builder("https://shop.example").http(http()).build().unwrap();
    ShopClient::builder("https://shop.example").http_builder(reqwest::Client::builder()).build().unwrap();
    ShopClient::builder("https://shop.example").transport(service).build().unwrap();
    ShopClient::builder("https://shop.example").store(MemoryStore::new()).build().unwrap();
    ShopClient::builder("https://shop.example").session(Session::new()).build().unwrap();
    let directory = std::env::temp_dir().join("afresh-contract");
    ShopClient::builder("https://shop.example")
        .store(FileStore::new(directory.join("session")))
        .build()
        .unwrap();
}

struct Own;

impl Refresher for Own {
    async fn refresh(&self, session: afresh::refresh::RefreshContext<'_>) -> Result<Tokens> {
        let _ = session;
        Ok(tokens())
    }
}

#[tokio::test]
async fn a_session_is_refreshed_by_a_function_a_refresher_or_a_grant() {
    let builder = || Client::builder("https://shop.example");
    builder().refresher(Own).build().unwrap();
    builder().refresh_with(|_| async { Ok::<_, afresh::Error>(tokens()) }).build().unwrap();
    builder().refresher(RefreshTokenGrant::new("https://id.example/token").client_id("cli")).build().unwrap();
    builder()
        .refresher(ClientCredentials::new("https://id.example/token", "cli", "secret").scope("orders"))
        .build()
        .unwrap();
    builder().revoke_with(|_| async { Ok::<_, afresh::Error>(()) }).tokens(tokens()).build().unwrap();
}

#[tokio::test]
async fn several_traits_share_one_client() {
    let client = Client::builder("https://shop.example").tokens(tokens()).build().unwrap();
    let (shop, seed) = (ShopClient::new(client.clone()), SeedApi::new(client));
    shop.session().clear().await.unwrap();
    assert!(seed.client().session().tokens().is_none());
}

#[tokio::test]
async fn a_call_and_a_clone_of_the_client_take_options() {
    let shop = ShopClient::builder("http://127.0.0.1:9").tokens(tokens()).build().unwrap();
    let call: Pending<Result<Order>> = shop
        .order(7)
        .timeout(Duration::from_secs(2))
        .header("x-trace", 7)
        .header("x-value", HeaderValue::from_static("v"))
        .header("x-none", None::<&str>)
        .retry(Retry::none());
    assert!(call.await.unwrap_err().is_connect());
    let patient = shop.with_timeout(Duration::from_secs(5)).with_header("x-trace", "8");
    let other = patient.with_session(Session::new());
    assert!(other.order(7).await.unwrap_err().is_no_session());
    let request = reqwest::Request::new(http::Method::GET, "http://127.0.0.1:9/orders".parse().unwrap());
    assert!(shop.client().execute(request).await.unwrap_err().is_connect());
}

#[test]
fn a_call_is_awaited_without_async() {
    let shop = ShopClient::builder("http://127.0.0.1:9").tokens(tokens()).build().unwrap();
    assert!(shop.order(7).wait().unwrap_err().is_connect());
    assert!(shop.session().refresh().wait().is_err());
    let login = shop.session().ensure_login(|| async { Ok::<_, afresh::Error>(tokens()) });
    login.wait().unwrap();
}
