//! Tests the authorization code flow of a web server: the authorization URL, and the exchange of a code for tokens.

use afresh::oauth2::{AuthorizationRequest, ClientAuth, Server};
use afresh::{Client, Session, SessionState, Tokens};
use afresh_tests::Answer;
use serde_json::json;

use super::provider::{
    CALLBACK, CODE, Pairs, Provider, begin, encode, form, log_in_with_code, query, tokens, value,
};
use crate::api::event_names;

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2: the authorization URL contains each parameter once and keeps the
/// endpoint's query string.
#[test]
fn the_url_has_each_parameter_once_and_keeps_the_query_of_the_endpoint() {
    let server = Server::new(
        "https://id.test/authorize?tenant=a%20b&response_type=token&state=x",
        "https://id.test/token",
    );
    let app = server
        .client("shop app")
        .scope("orders offline_access")
        .param("audience", "https://shop.test")
        .param("prompt", "consent")
        .resource("https://a.test/")
        .resource("https://b.test/");
    let (url, _) = app.redirect(CALLBACK).start().unwrap();
    assert!(url.starts_with("https://id.test/authorize?"), "{url}");
    let mut query = query(&url);
    let (state, challenge) = (value(&query, "state").to_owned(), value(&query, "code_challenge").to_owned());
    assert_eq!(
        (state.len(), challenge.len()),
        (43, 43),
        "lengths of the state and the challenge, which are 32 bytes in base64url"
    );
    query.retain(|(name, _)| name != "state" && name != "code_challenge");
    let expected = [
        ("tenant", "a b"),
        ("response_type", "code"),
        ("client_id", "shop app"),
        ("redirect_uri", CALLBACK),
        ("code_challenge_method", "S256"),
        ("scope", "orders offline_access"),
        ("resource", "https://a.test/"),
        ("resource", "https://b.test/"),
        ("audience", "https://shop.test"),
        ("prompt", "consent"),
    ];
    assert_eq!(query, pairs(&expected));
    let (again, _) = app.redirect(CALLBACK).start().unwrap();
    assert_ne!(url, again, "each login has a new state and challenge");
}

#[tokio::test]
async fn a_code_is_exchanged_and_becomes_the_session() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await.resource("https://shop.test/");
    let session = Session::new();
    let mut events = session.events();
    let (url, request) = app.redirect(CALLBACK).start().unwrap();
    // The program serializes the authorization request and keeps it in the user's web session.
    let kept = serde_json::to_string(&request).unwrap();
    let request: AuthorizationRequest = serde_json::from_str(&kept).unwrap();
    let answer = encode(&[("code", CODE), ("state", value(&query(&url), "state")), ("session_state", "x")]);
    let tokens = app.redirect(CALLBACK).finish(request, &answer, &session).await.unwrap();

    assert_eq!(session.tokens(), Some(tokens.clone()));
    assert_eq!(event_names(&mut events), ["logged in"]);
    assert_eq!(
        (tokens.scope(), tokens.token_type()),
        (Some("orders"), Some("Bearer")),
        "scope and token type"
    );
    assert_eq!(tokens.expires_in().unwrap().as_secs(), 600);
    let exchanges = provider.exchanges();
    assert_eq!(exchanges.len(), 1);
    let sent = form(&exchanges[0]);
    let verifier = value(&sent, "code_verifier").to_owned();
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", CALLBACK),
        ("code_verifier", &verifier),
        ("resource", "https://shop.test/"),
        ("client_id", "shop-app"),
    ];
    assert_eq!(sent, pairs(&expected));
    assert_eq!(exchanges[0].query(), None);
    assert!(kept.contains(&verifier) && !url.contains(&verifier));
}

/// A code exchange request does not contain an old token, cookies, or the API's default headers.
#[tokio::test]
async fn an_exchange_carries_nothing_of_the_old_session() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let shop = Client::builder(provider.issuer())
        .header("x-api-key", "k")
        .tokens(Tokens::new("old-access").with_refresh("old-refresh"))
        .refresher(app.clone())
        .build()
        .unwrap();
    log_in_with_code(&app, shop.session()).await.unwrap();
    let exchange = &provider.exchanges()[0];
    let names: Vec<_> = exchange.headers().keys().map(http::HeaderName::as_str).collect();
    for name in ["x-api-key", "authorization", "cookie"] {
        assert!(!names.contains(&name), "{names:?}");
    }
    assert!(!String::from_utf8_lossy(exchange.body()).contains("old-"));
    let tokens = shop.session().tokens().unwrap();
    assert_eq!(tokens.refresh_token().unwrap().secret(), "new-refresh", "the new refresh token is stored");
}

/// RFC 6749 §2.3.1, RFC 8414 §2: the client uses an authentication method that the server supports, unless the program
/// sets a method.
#[tokio::test]
async fn the_client_authenticates_as_the_server_offers() {
    const BASIC: Option<&str> = Some("Basic c2hvcC1hcHA6cCVDMyVBNCUzQXNz");
    let offers = |methods: serde_json::Value| json!({ "token_endpoint_auth_methods_supported": methods });
    let in_header = |auth| (auth, BASIC, None);
    let in_body = |auth| (auth, None, Some("pä:ss"));
    for (metadata, (auth, header, secret)) in [
        (json!({}), in_header(None)),
        (offers(json!(["client_secret_post", "client_secret_basic"])), in_header(None)),
        (offers(json!(["client_secret_post"])), in_body(None)),
        (offers(json!(["client_secret_post"])), in_header(Some(ClientAuth::Basic))),
        (offers(json!(["private_key_jwt"])), in_body(Some(ClientAuth::Body))),
        (json!({}), (Some(ClientAuth::None), None, None)),
    ] {
        let provider = Provider::start(metadata, |_| tokens()).await;
        let mut app = provider.app().await.secret("pä:ss");
        if let Some(auth) = auth {
            app = app.auth(auth);
        }
        log_in_with_code(&app, &Session::new()).await.unwrap();
        let exchange = &provider.exchanges()[0];
        assert_eq!(exchange.header("authorization"), header, "{auth:?}");
        let sent = form(exchange);
        let sent_secret = sent.iter().find(|(name, _)| name == "client_secret").map(|(_, value)| &**value);
        assert_eq!(sent_secret, secret, "{auth:?}");
        assert_eq!(
            sent.iter().any(|(name, _)| name == "client_id"),
            header.is_none(),
            "the client uses one authentication method only"
        );
    }
    let provider = Provider::start(offers(json!(["private_key_jwt"])), |_| tokens()).await;
    let error = provider.app().await.secret("s").redirect(CALLBACK).start().unwrap_err();
    assert!(error.is_builder() && error.to_string().contains("client_secret_basic"), "{error}");
}

#[tokio::test]
async fn each_person_has_a_session() {
    let provider = Provider::start(json!({}), |seen| {
        let code = value(&form(seen), "code").to_owned();
        Answer::json(200, json!({ "access_token": format!("of-{code}") }))
    })
    .await;
    let app = provider.app().await;
    let shop = Client::builder("https://shop.test").refresher(app.clone()).build().unwrap();
    for person in ["ann", "bob"] {
        let shop = shop.with_session(Session::new());
        let (state, request) = begin(&app);
        let answer = encode(&[("code", person), ("state", &state)]);
        app.redirect(CALLBACK).finish(request, &answer, shop.session()).await.unwrap();
        let tokens = shop.session().tokens().unwrap();
        assert_eq!(tokens.access_token().unwrap().secret(), format!("of-{person}"));
    }
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

/// G9: if the user logs out during the code exchange, the login is discarded and its tokens are revoked.
#[tokio::test]
async fn a_logout_during_the_exchange_discards_and_revokes_the_login() {
    let provider = Provider::start(json!({}), |_| Answer::park()).await;
    let app = provider.server().await.revocation_endpoint(provider.url("/revoke")).client("shop-app");
    let shop = Client::builder("https://shop.test")
        .tokens(Tokens::new("old"))
        .refresher(app.clone())
        .transport(reqwest::Client::new())
        .build()
        .unwrap();
    let mut events = shop.session().events();
    let login = tokio::spawn({
        let session = shop.session().clone();
        async move { log_in_with_code(&app, &session).await }
    });
    let exchange = provider.stage.arrival().await;
    shop.session().clear().await.unwrap();
    exchange.answer_with(tokens());
    assert!(login.await.unwrap().unwrap_err().is_no_session());
    assert_eq!(event_names(&mut events), ["logged out"]);
    let revoked = provider.stage.arrival().await;
    assert_eq!(
        (revoked.path(), value(&form(&revoked), "token")),
        ("/revoke", "new-refresh"),
        "path and token of the revocation request"
    );
    revoked.answer(200);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

#[tokio::test]
async fn a_login_can_be_waited_for() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let (state, request) = begin(&app);
    let answer = encode(&[("code", CODE), ("state", &state)]);
    let session = Session::new();
    let finishing = app.redirect(CALLBACK).finish(request, &answer, &session);
    tokio::task::spawn_blocking(move || finishing.wait()).await.unwrap().unwrap();
    assert_eq!(session.state(), SessionState::LoggedIn);
}

#[test]
fn an_invalid_login_is_refused_when_it_starts() {
    let server = || Server::new("https://id.test/authorize", "https://id.test/token");
    let app = || server().client("app");
    for callback in [
        "http://app.test/callback",
        "/callback",
        "https://app.test/#f",
        "javascript:alert(1)",
        "https://app.test/ callback",
        "https://app.test/\ncallback",
        "urn:ietf:wg:oauth:2.0:oob",
    ] {
        let error = app().redirect(callback).start().unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("the redirect URL"), "{callback}: {error}");
    }
    for callback in
        ["http://127.0.0.1:8080/callback", "com.example.app:/callback", "https://app.test/callback?a=b"]
    {
        app().redirect(callback).start().unwrap();
    }
    for name in [
        "state",
        "code_challenge_method",
        "code_challenge",
        "redirect_uri",
        "response_type",
        "client_id",
        "request",
    ] {
        let error = app().param(name, "x").redirect(CALLBACK).start().unwrap_err();
        assert!(error.is_builder() && error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    for server in [
        Server::new("http://id.test/authorize", "https://id.test/token"),
        Server::new("https://id.test/authorize", "http://id.test/token"),
        Server::new("https://id.test/authorize#f", "https://id.test/token"),
        server().revocation_endpoint("http://id.test/revoke"),
    ] {
        let app = server.client("app");
        assert!(app.redirect(CALLBACK).start().unwrap_err().is_builder());
        let built = Client::builder("https://shop.test").refresher(app).build();
        assert!(built.unwrap_err().is_builder());
    }
    assert!(app().auth(ClientAuth::Basic).redirect(CALLBACK).start().unwrap_err().is_builder());
}

/// RFC 6749 §10.12: a login's Debug output contains neither the client secret, nor the state, nor the verifier.
#[test]
fn no_debug_output_holds_a_secret() {
    let app =
        Server::new("https://id.test/authorize", "https://id.test/token").client("app").secret("hush-hush");
    let (url, request) = app.redirect(CALLBACK).start().unwrap();
    let kept = serde_json::to_value(&request).unwrap();
    let shown = format!("{request:?} {app:?} {:?} {:?}", app.redirect(CALLBACK), app.device());
    let query = query(&url);
    for secret in [
        "hush-hush",
        value(&query, "state"),
        value(&query, "code_challenge"),
        kept["verifier"].as_str().unwrap(),
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains(CALLBACK));
}
