//! Tests OAuth grants over real sockets: which transport sends their requests, and what happens if a connection breaks.

use std::time::Duration;

use afresh::oauth2::{ClientCredentials, RefreshTokenGrant};
use afresh::{Result, Tokens, api};
use afresh_tests::{AuthorityConfig, Handling, Role, TokenPair, World};
use serde_json::Value;

use crate::sockets::server::{Server, json, refusing, values};

#[api]
trait Orders {
    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;
}

fn tokens(issued: &TokenPair) -> Tokens {
    Tokens::new(&*issued.access).with_refresh(&*issued.refresh)
}

/// G3: if a connection breaks after a token request was sent, the client treats the response as lost, whichever
/// transport it uses.
#[tokio::test]
async fn a_connection_that_breaks_during_the_refresh_keeps_the_session() {
    let own = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for http in [None, Some(own), Some(reqwest::Client::new())] {
        let world = World::with(AuthorityConfig {
            grace: Some(Duration::from_secs(60)),
            ..AuthorityConfig::default()
        });
        let (api, id) = (world.listen().await, world.authority.listen().await);
        let mut grant = RefreshTokenGrant::new(format!("{}/api/user/refresh_token", id.base_url));
        if let Some(http) = http {
            grant = grant.http(http);
        }
        let given = tokens(&world.authority.issue());
        let client = OrdersClient::builder(&api.base_url).tokens(given).refresher(grant).build().unwrap();
        world.authority.expire();
        world.guard(403);
        world.authority.next(Role::Refresh, Handling::reset_after());

        client.orders().await.unwrap();

        world.authority.assert_granted(2);
        world.authority.assert_retries_after_lost_answer(1);
    }
}

/// D1: if the token endpoint is unreachable, the refresh fails immediately. The client repeats a token request
/// immediately only if the response might have been lost.
#[tokio::test]
async fn an_unreachable_token_endpoint_fails_at_once() {
    let (_held, url) = refusing();
    let api = Server::content().await;
    let grant = ClientCredentials::new(format!("{url}/token"), "id", "secret");
    let client = OrdersClient::builder(api.url()).refresher(grant).build().unwrap();
    let start = std::time::Instant::now();
    let error = client.orders().await.unwrap_err();
    assert!(error.is_refresh(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "the refresh was sent again: {:?}", start.elapsed());
}

#[tokio::test]
async fn a_grants_own_http_client_is_used_for_the_grant_only() {
    let world = World::new();
    let (api, id) = (Server::content().await, world.authority.listen().await);
    let own = reqwest::Client::builder().user_agent("grant/1").build().unwrap();
    let grant =
        ClientCredentials::new(format!("{}/api/user/login", id.base_url), "billing", "hush").http(own);
    let client = OrdersClient::builder(api.url()).refresher(grant).build().unwrap();
    let _ = client.orders().await;
    let asked = &world.authority.requests(Role::Login)[0];
    assert_eq!(asked.header("user-agent"), Some("grant/1"));
    assert_eq!(asked.header("authorization"), Some("Basic YmlsbGluZzpodXNo"));
    let sent = api.last();
    assert_eq!(values(&sent, "user-agent"), [""; 0]);
    assert_eq!(values(&sent, "authorization"), [format!("Bearer {}", world.authority.access(1))]);
}

/// D9, N1: the client secret is never sent to the target of a redirect from a token endpoint, even if the HTTP client
/// follows redirects automatically. If the HTTP client has followed a redirect, the token response is rejected, and no
/// session starts.
#[tokio::test]
async fn a_redirect_of_a_token_endpoint_carries_no_secret() {
    let elsewhere =
        Server::answering(|_| json(200, r#"{"access_token":"theirs","token_type":"Bearer"}"#)).await;
    let to = format!("{}/stolen", elsewhere.url());
    for status in [302, 307, 308] {
        let to = to.clone();
        let id = Server::answering(move |_| {
            http::Response::builder().status(status).header("location", &to).body(String::new()).unwrap()
        })
        .await;
        let api = Server::content().await;
        for http in [None, Some(reqwest::Client::new())] {
            let mut grant = ClientCredentials::new(format!("{}/token", id.url()), "billing", "hush");
            if let Some(http) = http {
                grant = grant.http(http);
            }
            let client = OrdersClient::builder(api.url()).refresher(grant).build().unwrap();
            assert!(client.orders().await.unwrap_err().is_refresh());
            assert_eq!(client.session().tokens(), None);
        }
    }
    for request in elsewhere.seen() {
        let said = format!("{:?} {:?}", request.headers(), request.body());
        assert!(!said.contains("client_credentials") && !said.contains("YmlsbGluZzpodXNo"), "{said}");
    }
}
