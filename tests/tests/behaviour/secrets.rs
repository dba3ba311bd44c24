//! Tests that no string produced by the runtime contains a token, a cookie, a password or an argument.

use std::time::Duration;

use afresh::{Body, Client, RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use futures_util::stream;
use serde_json::{Value, json};

use crate::api::{ORIGIN, Shop, builder, tokens};
use crate::transcript::Transcript;
use crate::transports::ConnectTo;

#[api]
trait Private {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("password")] password: &str) -> Result<Reply<Tokens>>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Reply<Tokens>>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[post("/search")]
    async fn search(
        &self,
        #[query] q: &str,
        #[header("x-own")] own: &str,
        #[body] body: Body,
    ) -> Result<Reply<Value>>;

    #[get("/orders/{id}")]
    async fn order(&self, id: &str, #[query] q: &str) -> Result<u64>;
}

#[api(scheme = none)]
trait PrivateCookies {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[form("password")] password: &str) -> Result<Reply<Tokens>>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: &str, #[query] q: &str) -> Result<Reply<Value>>;
}

/// U3: for every kind of failure, neither the error nor its `Debug` output contains a token, a password or a method
/// argument.
#[tokio::test(start_paused = true)]
async fn no_text_of_any_call_holds_a_secret() {
    let world = World::new();
    let secret = world.authority.canary();
    let dirty = |tail: &str| format!("{secret}{tail}");
    let mut said = Transcript::default();
    let build = || PrivateClient::builder(ORIGIN).connect_to(world.clone()).header("x-api-key", &*secret);
    said.debug(build().tokens(Tokens::new(&*secret).with_refresh(&*secret)));
    let client = build().timeout(Duration::from_secs(60)).build().unwrap();
    let mut events = client.session().events();
    let text = |secret: &str| Body::from(secret.to_owned());
    let search = || client.search(&secret, &secret, text(&secret));

    // The following calls are made without a session, and the following logins do not start a session.
    said.outcome(search().await);
    for body in [
        json!({ "access_token": 7, "x": secret }),
        json!({ "access_token": [secret] }),
        json!([secret]),
        json!(secret),
        json!({ "access_token": dirty("\n") }),
        json!({ "refresh_token": secret }),
        json!({ "error": secret }),
    ] {
        for status in [200, 400, 403, 500] {
            world.authority.next(Role::Login, Handling::instead((status, &body)));
            said.outcome(client.login(&secret).await);
        }
    }
    world.authority.next(Role::Login, Handling::reset_before());
    said.outcome(client.login(&secret).await);
    said.debug(client.login(&secret));
    said.outcome(client.login(&secret).await);
    said.debug((
        &client,
        client.client(),
        client.session(),
        client.session().tokens(),
        client.session().state(),
    ));
    said.debug(client.session().set(Tokens::new(dirty("\n"))));
    let tokens = client.session().tokens().unwrap();
    said.debug((tokens.access_token(), tokens.refresh_token(), Body::from(secret.clone())));

    // The following calls succeed, are refused, fail, or time out.
    world.stage.respond(|_| (200, json!({})));
    said.outcome(search().await);
    for answer in [
        403.into(),
        Answer::text(404, &secret),
        Answer::reset(),
        Answer::text(200, "no number"),
        Answer::hang(),
    ] {
        world.stage.respond(move |_| answer.clone());
        said.outcome(client.order("7", &secret).await);
    }
    for bad in ["\n", "\r\n", "\0"] {
        said.outcome(client.search(&secret, &dirty(bad), text(&secret)).await);
    }
    said.outcome(client.order("", &secret).await);
    said.outcome(client.order("..", &secret).await);

    // Each of the following refreshes fails with a temporary error, except the last one, which is rejected.
    world.stage.respond(|_| Answer::text(401, "expired"));
    let bodies = [
        json!({ "error": secret }),
        json!({ "access_token": { "x": secret } }),
        json!({ "access_token": dirty("\n") }),
        json!({ "access_token": secret, "expires_in": secret, "refresh_token": 7 }),
        json!([secret]),
        json!({}),
    ];
    for (body, status) in bodies.iter().flat_map(|body| [200, 400, 500].map(|status| (body, status))) {
        world.authority.next(Role::Refresh, Handling::instead((status, body)));
        said.outcome(search().await);
        said.outcome(client.session().refresh().await);
        tokio::time::advance(Duration::from_mins(2)).await;
    }
    for handling in [
        Handling::reset_before(),
        Handling::instead(Answer::hang()),
        Handling::instead(Answer::html(200, &secret)),
        Handling::instead(Answer::redirect(&format!("https://evil.test/{secret}"))),
        Handling::instead(Answer::text(200, &secret.repeat(5000))),
    ] {
        world.authority.next(Role::Refresh, handling);
        said.outcome(search().await);
        tokio::time::advance(Duration::from_mins(2)).await;
    }
    let current = client.session().tokens().unwrap().refresh_token().unwrap().clone();
    said.outcome(client.refresh(current).await);
    let once = Body::stream(stream::iter([Ok::<_, std::io::Error>(secret.clone())]));
    said.outcome(client.search(&secret, &secret, once).await);
    world.authority.revoke();
    let refusal = json!({ "error": "invalid_grant", "error_description": secret });
    world.authority.next(Role::Refresh, Handling::instead((400, refusal)));
    said.outcome(search().await);
    said.outcome(search().await);
    said.outcome(client.logout().await);
    said.debug((&client, client.session()));
    while let Some(event) = events.try_next() {
        said.event(&event);
    }
    for kind in [
        "NoSession",
        "Decode",
        "Transport",
        "Timeout",
        "Status",
        "Request",
        "Refresh",
        "NotReplayable",
        "SessionExpired",
    ] {
        assert!(said.0.contains(&format!("kind: {kind}")), "no error of kind {kind} has occurred");
    }
    said.assert_silent_about(&secret);
}

/// U3: no error or Debug output contains a cookie, even if response headers contain it.
#[tokio::test(start_paused = true)]
async fn no_text_of_any_call_holds_a_cookie() {
    let world = World::with(AuthorityConfig::cookie());
    let secret = world.authority.canary();
    let mut said = Transcript::default();
    let client = PrivateCookiesClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    said.outcome(client.login(&secret).await);
    let cookie = format!("session={secret}; Path=/");
    world.guard_with(403, move |_| Answer::json(200, json!({})).header("set-cookie", &cookie));
    said.outcome(client.order("7", &secret).await);
    world.authority.expire();
    said.outcome(client.order("7", &secret).await);
    said.debug((&client, client.session(), client.session().tokens()));
    world.authority.revoke();
    said.outcome(client.order("7", &secret).await);
    assert!(said.0.contains("kind: SessionExpired"));
    said.assert_silent_about(&secret);
}

/// U3: neither the builder's errors nor the error for a panic in a refresher contains a secret.
#[tokio::test(start_paused = true)]
async fn neither_a_builders_error_nor_a_panic_contains_a_secret() {
    let world = World::new();
    let secret = world.authority.canary();
    let mut said = Transcript::default();
    for base in [
        format!("https://user:{secret}@shop.test"),
        format!("https://shop.test/?key={secret}"),
        format!("ftp://{secret}"),
    ] {
        said.outcome(Client::builder(&base).build());
    }
    said.outcome(Client::builder(ORIGIN).header("x-key", format!("{secret}\n")).build());
    said.outcome(Client::builder(ORIGIN).tokens(Tokens::new(format!("{secret}\n"))).build());
    world.stage.respond(|_| 403);
    let panics =
        builder(&world).tokens(tokens(&world.authority.issue())).refresh_with(|session| async move {
            session
                .tokens()
                .filter(|tokens| tokens.expires_in().is_some())
                .map(Ok)
                .unwrap_or_else(|| panic!("{:?}", session.tokens()))
        });
    let panics = panics.build().unwrap();
    let error = panics.order(7).await.unwrap_err();
    assert!(error.is_refresh(), "{error:?}");
    said.fault(&error);
    said.assert_silent_about(&secret);
}
