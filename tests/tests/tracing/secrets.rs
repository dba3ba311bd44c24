//! Tests that no span or event contains a secret, at any level.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use afresh::oauth2::RefreshTokenGrant;
use afresh::transport::HyperTransport;
use afresh::{Body, Error, RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use reqwest::{Method, Request};
use serde_json::{Value, json};

use crate::api::ORIGIN;
use crate::recorder::Recorder;

/// An API whose arguments are all secret and whose token is sent in a custom header.
#[api(token_header = "x-auth-token", scheme = none)]
trait Private {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("password")] password: &str) -> Result<Reply<Tokens>>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[post("/secrets/{id}")]
    async fn search(
        &self,
        id: &str,
        #[query] q: &str,
        #[header("x-own")] own: &str,
        #[cookie] cookie: &str,
        #[body] body: Body,
    ) -> Result<Value>;
}

/// An API whose arguments are all secret and whose refresh token is in a cookie.
#[api]
trait PrivateCookies {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[form("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: &str, #[query] q: &str) -> Result<u64>;
}

#[track_caller]
fn assert_silent_about(recorder: &Recorder, secret: &str) {
    let reported = format!("{recorder:?}");
    let leak = reported.lines().find(|line| line.contains(secret));
    assert_eq!(leak, None, "{secret} is a secret");
}

/// Returns successful, failed and cut-off responses that contain the secret in every part.
fn answers(secret: &str) -> [Answer; 8] {
    [
        Answer::json(200, json!({ "secret": secret })).header("x-secret", secret),
        Answer::text(200, secret),
        Answer::text(401, secret).header("www-authenticate", &format!("Bearer error=\"{secret}\"")),
        Answer::text(403, secret),
        Answer::text(500, secret).header("set-cookie", &format!("a={secret}")),
        Answer::redirect(&format!("/elsewhere/{secret}?key={secret}")),
        Answer::fail(format!("broken at {secret}")),
        Answer::hang(),
    ]
}

/// U3: even in a session with every kind of failure, no span or event contains a token, a password or an argument.
#[tokio::test(start_paused = true)]
async fn no_trace_contains_a_secret() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    let secret = world.authority.canary();
    let client = PrivateClient::builder(format!("{ORIGIN}/{secret}"))
        .transport(world.service())
        .header("x-api-key", &*secret)
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let search = || client.search(&secret, &secret, &secret, &secret, Body::from(secret.clone()));
    let by_hand = || {
        let url = format!("{ORIGIN}/{secret}?key={secret}").parse().unwrap();
        client.client().execute(Request::new(Method::GET, url))
    };
    let _ = search().await;
    let _ = client.login(&secret).await;
    client.session().set(Tokens::new(&*secret).with_refresh(&*secret)).await.unwrap();
    for answer in answers(&secret) {
        for handling in [
            Handling::instead((500, json!({ "error": secret, "error_description": secret }))),
            Handling::instead(Answer::text(200, &secret)),
            Handling::instead(Answer::fail(secret.clone())),
            Handling::instead((200, json!({ "access_token": "good", "refresh_token": secret }))),
        ] {
            let answer = answer.clone();
            world.stage.respond(move |_| answer.clone());
            world.authority.next(Role::Refresh, handling);
            let _ = search().await;
            let _ = by_hand().await;
            tokio::time::advance(Duration::from_mins(10)).await;
        }
    }
    let _ = client.session().refresh().await;
    let _ = client.refresh(RefreshToken::from(&*secret)).await;
    world.stage.respond(|_| 401);
    world
        .authority
        .next(Role::Refresh, Handling::instead((400, json!({ "error": "invalid_grant", "x": secret }))));
    let _ = search().await;
    let _ = client.logout().await;

    let reported = format!("{recorder:?}");
    for said in [
        "refreshed",
        "expired",
        "logged out",
        "\"transport\"",
        "\"timeout\"",
        "\"refresh\"",
        "\"401\"",
        "/secrets/{id}",
    ] {
        assert!(reported.contains(said), "the run did not cause {said}");
    }
    assert_silent_about(&recorder, &secret);
}

/// U3: no span or event contains a cookie.
#[tokio::test(start_paused = true)]
async fn no_trace_contains_a_cookie() {
    let (world, recorder) = (World::with(AuthorityConfig::cookie()), Recorder::default());
    let _guard = recorder.listen();
    let secret = world.authority.canary();
    let client = PrivateCookiesClient::builder(ORIGIN).transport(world.service()).build().unwrap();
    client.login(&secret).await.unwrap();
    world.guard_with(403, |_| (200, json!(7)));
    world.authority.expire();
    client.order(&secret, &secret).await.unwrap();
    world.authority.revoke();
    client.order(&secret, &secret).await.unwrap_err();
    assert_silent_about(&recorder, &secret);
}

/// U3: for an error from a custom refresher, only the error's kind is recorded, because the error message can contain a
/// secret.
#[tokio::test(start_paused = true)]
async fn the_text_of_a_users_error_is_not_reported() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    let secret = world.authority.canary();
    world.stage.respond(|_| 401);
    for over in [false, true] {
        let said = secret.clone();
        let client = PrivateClient::builder(ORIGIN).transport(world.service()).tokens(Tokens::new(&*secret));
        let client = client.refresh_with(move |_| {
            let error =
                if over { Error::session_expired(said.clone()) } else { Error::refresh(said.clone()) };
            async move { Err::<Tokens, _>(error) }
        });
        let client = client.build().unwrap();
        client.search("1", "2", "3", "4", Body::from("5")).await.unwrap_err();
    }
    let messages = recorder.messages();
    assert!(messages.contains(&"the refresh failed temporarily. Try again later".to_owned()), "{messages:?}");
    assert!(messages.contains(&"the session has expired".to_owned()), "{messages:?}");
    assert_silent_about(&recorder, &secret);
}

/// U3: no span or event contains the client secret of an OAuth grant, even if every error from the server repeats that
/// secret.
#[tokio::test(start_paused = true)]
async fn no_trace_of_a_grant_contains_a_secret() {
    let (world, recorder) = (World::new(), Recorder::default());
    let _guard = recorder.listen();
    let secret = world.authority.canary();
    world.stage.respond(|_| 401);
    let grant = RefreshTokenGrant::new(format!("{ORIGIN}/api/user/refresh_token?key={secret}"))
        .client_id("shop")
        .client_secret(&*secret);
    for status in [400, 401, 500] {
        let client = PrivateClient::builder(ORIGIN).transport(world.service());
        let client = client.tokens(Tokens::new(&*secret).with_refresh(&*secret)).refresher(grant.clone());
        let client = client.build().unwrap();
        let said = json!({ "error": "invalid_client", "error_description": secret, "error_uri": secret });
        world.authority.next(Role::Refresh, Handling::instead((status, said)));
        client.search("1", "2", "3", "4", Body::from("5")).await.unwrap_err();
    }
    let exchanges =
        recorder.named("afresh.send").into_iter().filter(|(_, send)| send.fields.get("otel.name") == "POST");
    assert_eq!(exchanges.count(), 3);
    assert_silent_about(&recorder, &secret);
}

/// Starts an HTTP server that always responds with the given status, and with the secret in its reason phrase and
/// headers.
fn telling(status: u16, secret: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status} {secret}\r\nlocation: {url}/{secret}?key={secret}\r\nlink: <{url}/?key={secret}>; rel=next\r\n\
         www-authenticate: Bearer error=\"{secret}\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(read @ 1..) => head.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// U3: errors and traces contain neither headers with URLs nor a response's reason phrase, which can be any string.
#[tokio::test]
async fn no_reason_phrase_is_reported() {
    let recorder = Recorder::default();
    let _guard = recorder.listen();
    let secret = World::new().authority.canary();
    let mut texts = String::new();
    for status in [200, 302, 303, 307, 401, 403, 404, 500] {
        for lean in [false, true] {
            let url = telling(status, &secret);
            let builder = PrivateCookiesClient::builder(&url).tokens(Tokens::new(&*secret));
            let builder = if lean { builder.transport(HyperTransport::new().unwrap()) } else { builder };
            let client = builder.build().unwrap();
            for error in
                [client.order("7", &secret).await.unwrap_err(), client.login(&secret).await.unwrap_err()]
            {
                let mut cause = Some(&error as &dyn std::error::Error);
                while let Some(error) = cause {
                    texts += &format!("{error} {error:?} {error:#?}\n");
                    cause = error.source();
                }
                texts += &format!("{:?} {:?}\n", error.rejection(), error.reason());
            }
            texts += &format!("{client:?} {:?}\n", client.session());
        }
    }
    assert!(texts.contains("403") && texts.contains("redirected the request too many times"), "{texts}");
    assert!(!texts.contains(&secret), "{texts}");
    assert_silent_about(&recorder, &secret);
}
