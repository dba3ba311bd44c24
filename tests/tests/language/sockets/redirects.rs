//! Tests redirects between two real origins, which are two ports on one machine.

use afresh::{RefreshToken, Result, Tokens, api};
use serde_json::Value;

use crate::sockets::server::{Server, json, line, redirect, values};

#[api]
trait Usual {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/old")]
    async fn old(&self) -> Result<Value>;

    #[post("/old")]
    async fn change(&self, #[json("name")] name: &str) -> Result<Value>;
}

/// A trait whose token is sent in a header that no HTTP client recognizes as secret.
#[api(token_header = "x-auth-token", scheme = none)]
trait Custom {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/old")]
    async fn old(&self) -> Result<Value>;
}

fn tokens() -> Tokens {
    Tokens::new("access").with_refresh("refresh")
}

/// Starts a server that responds to every request with the given status and a redirect to a second server.
async fn redirecting(status: u16, to: &Server) -> Server {
    let location = format!("{}/new", to.url());
    Server::answering(move |_| redirect(status, &location)).await
}

/// N1: a token is never sent to another origin, whichever header and HTTP client are used.
#[tokio::test]
async fn no_token_arrives_at_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::content().await;
        let home = redirecting(status, &elsewhere).await;
        let still =
            || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let usual = || UsualClient::builder(home.url()).tokens(tokens());
        let custom = || CustomClient::builder(home.url()).tokens(tokens());
        usual().build().unwrap().old().await.unwrap();
        assert_eq!(usual().build().unwrap().change("new").await.is_err(), status > 303);
        usual().http(still()).build().unwrap().old().await.unwrap();
        usual().http(reqwest::Client::new()).build().unwrap().old().await.unwrap();
        custom().build().unwrap().old().await.unwrap();
        custom().http(still()).build().unwrap().old().await.unwrap();

        assert_eq!(home.seen().len(), 6);
        assert_eq!(
            elsewhere.seen().len(),
            if status > 303 { 5 } else { 6 },
            "a body is not sent to another origin"
        );
        let at_home = home.seen();
        assert!(at_home[..4].iter().all(|seen| values(seen, "authorization") == ["Bearer access"]));
        assert!(at_home[4..].iter().all(|seen| values(seen, "x-auth-token") == ["access"]));
        for seen in elsewhere.seen() {
            assert!(!format!("{seen:?}").contains("access"), "{seen:?}");
        }
        assert!(elsewhere.seen().iter().all(|seen| line(seen) == "GET /new" && seen.body().is_empty()));
    }
}

/// N1: if the token is sent in a custom header, the builder rejects an HTTP client that follows redirects itself.
#[tokio::test]
async fn an_http_client_that_would_leak_the_token_is_refused() {
    let follows = reqwest::Client::new();
    let error = CustomClient::builder("https://shop.test").http(follows.clone()).build().unwrap_err();
    assert!(error.is_builder() && error.to_string().contains("x-auth-token"), "{error}");
    let builder = UsualClient::builder("https://shop.test").http(follows).token_header("x-mine");
    assert!(builder.build().unwrap_err().is_builder());
}

#[api]
trait Keyed {
    #[get("/old")]
    async fn old(&self, #[header("x-api-key")] key: &str) -> Result<Value>;
}

/// A trait with a `HeaderMap` argument, which can contain any header.
#[api]
trait AnyKey {
    #[get("/old")]
    async fn old(&self, #[header] keys: http::HeaderMap) -> Result<Value>;
}

/// A trait whose header arguments are never secret.
#[api]
trait Harmless {
    #[put("/old")]
    async fn put(
        &self,
        #[header("content-type")] kind: &str,
        #[header("Accept")] accept: &str,
    ) -> Result<Value>;
}

/// N1: if the API has header arguments or default headers that could be sent to another origin, the builder rejects an
/// HTTP client that follows redirects itself.
#[tokio::test]
async fn an_http_client_that_would_leak_headers_is_refused() {
    let follows = reqwest::Client::new;
    let still = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = "https://shop.test";
    let refused = [
        KeyedClient::builder(base).http(follows()).build().map(drop),
        KeyedClient::builder(base).transport(follows()).build().map(drop),
        AnyKeyClient::builder(base).http(follows()).build().map(drop),
        UsualClient::builder(base).http(follows()).header("x-key", "k").build().map(drop),
        afresh::Client::builder(base).http(follows()).header("x-key", "k").build().map(drop),
    ];
    for result in refused {
        let error = result.unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("Policy::none()"), "{error}");
    }
    // If an API is added to an existing client, the builder cannot check the API's header arguments, so a call that
    // could send them to another origin fails with a builder error.
    let client = afresh::Client::builder(base).http(follows()).build().unwrap();
    assert!(KeyedClient::new(client).old("k").await.unwrap_err().is_builder());

    // If a caller adds a header that might be secret to a call and the HTTP client follows redirects, the call fails
    // with a builder error.
    let usual = UsualClient::builder(base).http(follows()).build().unwrap();
    let error = usual.old().header("x-key", "k").await.unwrap_err();
    assert!(error.is_builder() && error.to_string().contains("`x-key`"), "{error}");

    KeyedClient::builder(base).http(still()).header("x-key", "k").build().unwrap();
    KeyedClient::builder(base).http_builder(reqwest::Client::builder()).build().unwrap();
    HarmlessClient::builder(base).http(follows()).header("user-agent", "ua").build().unwrap();
}

/// N2: if another origin refuses a request, no refresh starts, whichever HTTP client is used.
#[tokio::test]
async fn a_refusal_of_another_origin_starts_no_refresh() {
    for refusal in [401, 403] {
        let elsewhere = Server::answering(move |_| json(refusal, "{}")).await;
        let home = redirecting(302, &elsewhere).await;
        let ours = UsualClient::builder(home.url()).tokens(tokens()).build().unwrap();
        let theirs =
            UsualClient::builder(home.url()).tokens(tokens()).http(reqwest::Client::new()).build().unwrap();
        for api in [ours, theirs] {
            assert_eq!(api.old().await.unwrap_err().status().unwrap(), refusal);
        }
        assert_eq!(home.seen().iter().map(line).collect::<Vec<_>>(), ["GET /old", "GET /old"]);
        assert_eq!(elsewhere.seen().len(), 2);
    }
}

/// N1: a redirect within the same origin is followed with the token, and if the redirected request is refused, a
/// refresh starts.
#[tokio::test]
async fn a_redirect_within_the_origin_keeps_the_token() {
    let home = Server::answering(|request| match request.uri().path() {
        "/old" => redirect(302, "/new"),
        "/refresh" => json(200, r#"{ "access_token": "second" }"#),
        _ if values(request, "x-auth-token") == ["second"] => json(200, "{}"),
        _ => json(403, "{}"),
    })
    .await;
    let api = CustomClient::builder(home.url()).tokens(tokens()).build().unwrap();
    api.old().await.unwrap();
    let lines: Vec<_> = home.seen().iter().map(line).collect();
    assert_eq!(lines, ["GET /old", "GET /new", "POST /refresh", "GET /old", "GET /new"]);
    assert_eq!(values(&home.seen()[2], "x-auth-token"), [""; 0]);
}

/// N5: the refresh token is never sent to another origin, whichever HTTP client is used.
#[tokio::test]
async fn no_refresh_token_arrives_at_another_origin() {
    for (status, theirs) in [302, 307, 308].into_iter().flat_map(|status| [(status, false), (status, true)]) {
        let elsewhere = Server::answering(|_| json(200, r#"{ "access_token": "planted" }"#)).await;
        let location = format!("{}/refresh", elsewhere.url());
        let home = Server::answering(move |request| match request.uri().path() {
            "/refresh" => redirect(status, &location),
            _ => json(401, "{}"),
        })
        .await;
        let mut builder = UsualClient::builder(home.url()).tokens(tokens());
        if theirs {
            let still = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
            builder = builder.http(still.build().unwrap());
        }
        let api = builder.build().unwrap();
        assert!(api.old().await.unwrap_err().is_refresh());
        assert_eq!(elsewhere.seen().len(), 0);
        assert_eq!(api.session().tokens(), Some(tokens()));
    }
}
