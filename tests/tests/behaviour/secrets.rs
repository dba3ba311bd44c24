//! Tests that no string produced by the runtime contains a token, a cookie, a password or an argument.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use afresh::{Body, Client, Events, Pages, RefreshToken, Reply, Result, SessionEvent, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Origins, Role, Stage, World};
use futures_util::stream;
use serde_json::{Value, json};

use crate::api::{ORIGIN, Shop, builder, logged_in_client, tokens};
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

/// All strings that the runtime produced in a test.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    fn debug(&mut self, value: impl Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    fn fault(&mut self, error: &impl std::error::Error) {
        self.0 += &format!("{error}\n");
        self.debug(error);
        let mut cause = error.source();
        while let Some(error) = cause {
            self.0 += &format!("{error}\n{error:?}\n{error:#?}\n");
            cause = error.source();
        }
    }

    /// Adds the strings from every part of a call's result.
    fn outcome<T: Debug>(&mut self, result: Result<T>) {
        match result {
            Ok(value) => self.debug(value),
            Err(error) => {
                self.fault(&error);
                self.debug(error.rejection());
                self.debug((error.method(), error.status()));
            }
        }
    }

    fn event(&mut self, event: &SessionEvent) {
        self.debug(event);
        if let SessionEvent::RefreshFailed(error) = event {
            self.fault(error);
        }
    }

    #[track_caller]
    fn assert_silent_about(&self, secret: &str) {
        let leak = self.0.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret} is a secret");
    }
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

/// U4: the error that a failed refresh returns contains only the token endpoint's status and error code.
#[tokio::test(start_paused = true)]
async fn an_error_holds_only_the_status_and_code_of_the_token_endpoint() {
    let world = World::new();
    world.stage.respond(|_| Answer::text(403, "expired"));
    let shop = logged_in_client(&world);
    let codes = [(503, "temporarily_unavailable"), (400, "invalid_grant")];
    for (status, code) in codes {
        let body = json!({ "error": code, "error_description": "the-description" });
        world
            .authority
            .next(Role::Refresh, Handling::instead(Answer::json(status, body).header("x-h", "the-header")));
        let error = shop.order(7).await.unwrap_err();
        let mut said = Transcript::default();
        said.fault(&error);
        assert!(said.0.contains(code) && said.0.contains(&status.to_string()), "{}", said.0);
        said.assert_silent_about("the-description");
        said.assert_silent_about("the-header");
        assert_eq!(error.body().unwrap(), "expired", "the error has the body of the response to the call");
        tokio::time::advance(Duration::from_secs(2)).await;
    }
}

#[api]
trait Linked {
    #[get("/orders/{id}")]
    async fn order(&self, id: &str, #[query] q: &str) -> Result<u64>;

    #[get("/by-key")]
    async fn by_key(&self) -> Result<HashMap<String, u64>>;

    #[post("/orders")]
    async fn place(&self, #[json("password")] password: &str) -> Result<u64>;

    #[pages(link)]
    #[get("/pages")]
    async fn pages(&self) -> Result<Pages<Vec<u64>>>;

    #[get("/events")]
    async fn events(&self) -> Result<Events<HashMap<String, u64>>>;
}

/// Returns responses that contain the secret in each header that can contain a URL or an error description.
fn linked_answers(secret: &str) -> Vec<Answer> {
    let places = [
        format!("https://evil.test/{secret}?key={secret}#{secret}"),
        format!("https://{secret}:{secret}@evil.test/?key={secret}"),
        format!("/elsewhere?key={secret}"),
        format!("ftp://evil.test/?key={secret}"),
        format!("https://[{secret}/"),
    ];
    let statuses = [200, 301, 302, 303, 307, 308, 401, 403, 500];
    let all = places.iter().flat_map(|place| statuses.map(|status| (place, status)));
    let all = all.map(|(place, status)| {
        Answer::json(status, json!({ secret: secret }))
            .header("location", place)
            .header("link", &format!("<{place}>; rel=\"next\"; title=\"{secret}\""))
            .header(
                "www-authenticate",
                &format!("Bearer realm=\"{secret}\", error=\"{secret}\", scope=\"{secret}\""),
            )
            .header(
                "www-authenticate",
                &format!("DPoP error=\"use_dpop_nonce\", error_description=\"{secret}\""),
            )
            .header("dpop-nonce", secret)
            .header("retry-after", secret)
    });
    all.collect()
}

/// U3: no error or Debug output contains values that the server sends in `Location`, `Link`, `WWW-Authenticate`, map
/// keys or long bodies.
#[tokio::test(start_paused = true)]
async fn no_text_contains_the_urls_of_a_server() {
    let secret = World::new().authority.canary();
    let mut said = Transcript::default();
    for answer in linked_answers(&secret) {
        for (max_body, follow_to) in [(usize::MAX, "https://other.test"), (1, "https://evil.test")] {
            let world = World::new();
            let elsewhere = answer.clone();
            let origins = Origins::new().at(ORIGIN, world.clone()).at("evil.test", {
                let stage = Stage::new();
                stage.respond(move |_| elsewhere.clone());
                stage
            });
            let client =
                LinkedClient::builder(ORIGIN).connect_to(origins).max_body(max_body).follow_to([follow_to]);
            let client = client.tokens(Tokens::new(&*secret)).header("x-api-key", &*secret).build().unwrap();
            let mut events = client.session().events();
            let answer = answer.clone();
            world.stage.respond(move |_| answer.clone());
            said.outcome(client.order(&secret, &secret).await);
            said.outcome(client.by_key().await.map(|map| map.len()));
            said.outcome(client.place(&secret).await);
            match client.pages().await {
                Ok(mut pages) => {
                    said.debug(&pages);
                    while let Some(page) = pages.next().await {
                        said.outcome(page);
                    }
                }
                Err(error) => said.fault(&error),
            }
            match client.events().await {
                Ok(mut events) => {
                    said.debug(&events);
                    said.outcome(events.next().await.transpose().map(|event| event.is_some()));
                }
                Err(error) => said.fault(&error),
            }
            said.debug((&client, client.session(), client.session().tokens()));
            while let Some(event) = events.try_next() {
                said.event(&event);
            }
        }
    }
    for kind in ["Decode", "Transport", "Status", "BodyTooLarge"] {
        assert!(said.0.contains(&format!("kind: {kind}")), "no error of kind {kind} has occurred");
    }
    assert!(said.0.len() > 100_000, "{} bytes of text", said.0.len());
    said.assert_silent_about(&secret);
}
