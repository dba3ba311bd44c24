//! Tests attacks and misbehaving servers during a login (RFC 9700).

use std::error::Error as _;

use afresh::oauth2::{App, AuthorizationError, Server};
use afresh::{Error, Session, SessionState};
use afresh_tests::{Answer, Stage};
use serde_json::{Value, json};

use super::provider::{
    CALLBACK, CODE, Provider, begin, encode, form, log_in, log_in_with_code, query, tokens, value,
};

/// Returns the Display and Debug output of an error and all its sources.
fn texts(error: &Error) -> String {
    let mut texts = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    texts
}

/// Finishes a login with the given query, in which `STATE` stands for the correct state, and asserts that the login
/// fails without sending a request.
async fn rejected(provider: &Provider, app: &App, query: &str) -> Error {
    let (state, request) = begin(app);
    let session = Session::new();
    let query = query.replace("STATE", &state);
    let error = app.redirect(CALLBACK).finish(request, &query, &session).await.unwrap_err();
    assert_eq!(provider.exchanges().len(), 0, "{query}");
    assert_eq!(session.state(), SessionState::LoggedOut);
    let shown = texts(&error);
    assert!(!shown.contains(&state) && !shown.contains(CODE), "{shown}");
    error
}

/// RFC 9700 §4.7: a callback without the correct `state` is rejected, even if all its other parameters are correct.
#[tokio::test]
async fn an_answer_with_another_state_is_not_believed() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let other = begin(&app).0;
    for query in [
        String::new(),
        format!("code={CODE}"),
        format!("code={CODE}&state="),
        format!("code={CODE}&state={other}"),
        format!("code={CODE}&state=STATEx"),
        format!("code={CODE}&state=STATE&state={other}"),
        format!("code={CODE}&code=evil&state=STATE"),
        "error=access_denied".to_owned(),
        format!("error=access_denied&state={other}"),
    ] {
        let error = rejected(&provider, &app, &query).await;
        assert!(!error.is_login_denied() && !error.is_login_unavailable(), "{query}: {error}");
    }
    for query in ["state=STATE", "state=STATE&code="] {
        let error = rejected(&provider, &app, query).await;
        assert!(error.to_string().contains("neither a code nor an error"), "{error}");
    }
}

/// RFC 9207, RFC 9700 §4.4: a callback with the wrong issuer is rejected, and the error names both issuers.
#[tokio::test]
async fn a_mix_up_is_refused() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let slash = format!("{}/", provider.issuer());
    for (iss, answer) in [
        ("https://evil.test", format!("code={CODE}")),
        (&*slash, format!("code={CODE}")),
        ("https://evil.test", "error=access_denied".to_owned()),
    ] {
        let query = format!("{answer}&state=STATE&{}", encode(&[("iss", iss)]));
        let error = rejected(&provider, &app, &query).await;
        assert!(!error.is_login_denied(), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(&format!("`{iss}`")) && text.contains(&format!("`{}`", provider.issuer())),
            "{text}"
        );
    }
    log_in(&app, &Session::new(), &[("code", CODE), ("iss", provider.issuer())]).await.unwrap();
}

/// RFC 9207 §2.4: if the server's metadata promises an `iss` parameter, a callback without `iss` is rejected.
#[tokio::test]
async fn an_answer_without_the_promised_issuer_is_refused() {
    let promise = json!({ "authorization_response_iss_parameter_supported": true });
    let provider = Provider::start(promise, |_| tokens()).await;
    let app = provider.app().await;
    let error = rejected(&provider, &app, &format!("code={CODE}&state=STATE")).await;
    assert!(error.to_string().contains("iss"), "{error}");
    log_in(&app, &Session::new(), &[("code", CODE), ("iss", provider.issuer())]).await.unwrap();
}

/// RFC 9700 §4.4.2.1: a login that was started with one server cannot be finished with a different server or a
/// different redirect URL.
#[tokio::test]
async fn a_login_of_another_server_or_another_redirect_url_is_not_finished() {
    let (honest, evil) = (Provider::answering(tokens()).await, Provider::answering(tokens()).await);
    let (state, request) = begin(&honest.app().await);
    let answer = encode(&[("code", CODE), ("state", &state)]);
    let finishing = evil.app().await.redirect(CALLBACK).finish(request, &answer, &Session::new());
    let text = finishing.await.unwrap_err().to_string();
    assert!(text.contains(honest.issuer()) && text.contains(evil.issuer()), "{text}");
    let app = honest.app().await;
    let (state, request) = begin(&app);
    let answer = encode(&[("code", CODE), ("state", &state)]);
    app.redirect("https://app.test/other").finish(request, &answer, &Session::new()).await.unwrap_err();
    assert_eq!((honest.exchanges().len(), evil.exchanges().len()), (0, 0), "exchanges: honest, evil");
}

/// RFC 9700 §4.12: a redirect from the token endpoint is not followed, because following it would send the
/// authorization code to another server.
#[tokio::test]
async fn a_redirect_of_the_exchange_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let evil = Stage::new();
        evil.respond(|_| tokens());
        let elsewhere = evil.listen().await;
        let target = elsewhere.url("/token");
        let redirect = move || Answer::new(status).header("location", &target);
        let provider = Provider::start(json!({}), move |_| redirect()).await;
        let session = Session::new();
        let error = log_in_with_code(&provider.app().await, &session).await.unwrap_err();
        assert!(error.to_string().contains("Redirects are not followed"), "{error}");
        assert_eq!(provider.exchanges().len(), 1);
        assert_eq!(
            (evil.sends(), session.state()),
            (0, SessionState::LoggedOut),
            "requests to the other server, and session state"
        );
        assert!(!texts(&error).contains(CODE));

        // If the transport's reqwest client follows redirects, no secret is sent to the redirect target, and the
        // response is rejected.
        let server = provider.server().await.http(reqwest::Client::new());
        log_in_with_code(&server.client("app"), &session).await.unwrap_err();
        assert!(
            evil.log().iter().all(|seen| seen.body().is_empty() && !seen.uri().to_string().contains(CODE))
        );
        assert_eq!(session.state(), SessionState::LoggedOut);
        assert_eq!(provider.exchanges().len(), 2);
    }
}

/// An authorization code is sent to the token endpoint only once, even if the response is lost.
#[tokio::test]
async fn a_lost_answer_ends_the_login_and_the_code_is_not_sent_again() {
    let broken =
        || Answer::new(200).header("content-type", "application/json").body("{\"access_to").then_break();
    let with_code = |status| Answer::json(status, json!({ "error": "temporarily_unavailable" }));
    for answer in [
        with_code(500),
        Answer::new(502),
        with_code(503),
        Answer::new(504),
        Answer::new(429).header("retry-after", "1"),
        Answer::reset(),
        broken(),
    ] {
        let provider = Provider::answering(answer).await;
        let session = Session::new();
        let error = log_in_with_code(&provider.app().await, &session).await.unwrap_err();
        assert!(error.is_login_unavailable() && !error.is_login_denied(), "{error}");
        assert!(error.to_string().contains("lost") && error.to_string().contains("log in again"), "{error}");
        assert_eq!(provider.exchanges().len(), 1);
        assert_eq!(session.state(), SessionState::LoggedOut);
        assert!(!texts(&error).contains(CODE));
    }
}

#[tokio::test]
async fn an_answer_without_tokens_is_no_login() {
    for answer in [
        Answer::json(200, json!({})),
        Answer::json(200, json!({ "access_token": "" })),
        Answer::json(200, json!({ "id_token": "canary-token" })),
        Answer::html(200, "<h1>Log in</h1>"),
        Answer::new(204),
        Answer::new(200).body("x".repeat(1 << 20)),
    ] {
        let provider = Provider::answering(answer).await;
        let session = Session::new();
        let error = log_in_with_code(&provider.app().await, &session).await.unwrap_err();
        assert!(!texts(&error).contains("canary-token"), "{error:?}");
        assert_eq!(
            (provider.exchanges().len(), session.state()),
            (1, SessionState::LoggedOut),
            "token requests and session state"
        );
    }
}

/// The error message contains the server's error code and a shortened description, without control characters.
#[tokio::test]
async fn a_description_is_bounded_and_plain() {
    const RAW: &str = "Ann\u{202e} said\r\nno\u{1b}[31m\u{2066}\u{200b}";
    let body = |text: &str| json!({ "error": "access_denied", "error_description": text });
    let provider = Provider::answering((400, body(RAW))).await;
    let app = provider.app().await;
    let by_exchange = log_in_with_code(&app, &Session::new()).await.unwrap_err();
    let by_redirect =
        log_in(&app, &Session::new(), &[("error", "access_denied"), ("error_description", RAW)])
            .await
            .unwrap_err();
    for error in [by_exchange, by_redirect] {
        assert!(error.is_login_denied() && !error.is_login_unavailable());
        assert_eq!(error.to_string(), "the login was denied: access_denied (Ann said no[31m)");
        let cause = error.source().and_then(|cause| cause.downcast_ref::<AuthorizationError>()).unwrap();
        assert_eq!((cause.code(), cause.description()), (Some("access_denied"), Some("Ann said no[31m")));
    }
    let long = "long ".repeat(10_000);
    let provider = Provider::answering((400, body(&long))).await;
    let error = log_in_with_code(&provider.app().await, &Session::new()).await.unwrap_err();
    assert!(texts(&error).len() < 2_000);
}

/// If a server or an attacker echoes the code, the verifier, the state or the client secret, no error message contains
/// that value.
#[tokio::test]
async fn an_echo_of_a_secret_reaches_no_text() {
    let provider = Provider::start(json!({}), |seen| {
        let form = form(seen);
        let echo = format!(
            "{} {} {}",
            value(&form, "code"),
            value(&form, "code_verifier"),
            value(&form, "client_secret")
        );
        Answer::json(400, json!({ "error": "invalid_grant", "error_description": echo }))
    })
    .await;
    let app = provider.app().await.secret("canary-of-the-client").auth(afresh::oauth2::ClientAuth::Body);
    let error = log_in_with_code(&app, &Session::new()).await.unwrap_err();
    let form = form(&provider.exchanges()[0]);
    for name in ["code", "code_verifier", "client_secret"] {
        assert!(!texts(&error).contains(&value(&form, name)[..8]), "{error:?}");
    }
    assert!(error.to_string().contains("invalid_grant"));

    // The server's error response repeats the whole authorization code in `error`, or a part of it in
    // `error_description`.
    for answer in
        [json!({ "error": CODE }), json!({ "error": "invalid_grant", "error_description": &CODE[10..] })]
    {
        let provider = Provider::answering((400, answer)).await;
        let error = log_in_with_code(&provider.app().await, &Session::new()).await.unwrap_err();
        assert!(!texts(&error).contains(&CODE[10..18]), "{error:?}");
    }
    // The redirect to the callback URL contains the state in its `error_description` parameter.
    let (state, request) = begin(&app);
    let answer = encode(&[("error", "access_denied"), ("error_description", &state), ("state", &state)]);
    let error = app.redirect(CALLBACK).finish(request, &answer, &Session::new()).await.unwrap_err();
    assert!(!texts(&error).contains(&state[..8]), "{error:?}");
}

/// RFC 9700 §2.1.1, §2.1.2: every login uses PKCE with `S256` and the response type `code`.
#[tokio::test]
async fn no_login_is_weaker_than_s256_and_a_code() {
    for methods in [json!(["plain"]), json!([])] {
        let provider =
            Provider::start(json!({ "code_challenge_methods_supported": methods }), |_| tokens()).await;
        let error = provider.app().await.redirect(CALLBACK).start().unwrap_err();
        assert!(error.to_string().contains("S256"), "{error}");
    }
    let server = Server::new(
        "https://id.test/authorize?code_challenge_method=plain&response_type=token&response_mode=query",
        "https://id.test/token",
    );
    let (url, _) = server.client("app").redirect(CALLBACK).start().unwrap();
    let query = query(&url);
    assert_eq!((value(&query, "code_challenge_method"), value(&query, "response_type")), ("S256", "code"));
    for mode in ["fragment", "web_message"] {
        assert!(server.client("app").param("response_mode", mode).redirect(CALLBACK).start().is_err());
    }
}

/// RFC 9700 §4.3: no URL contains a secret; secrets are sent only in request bodies to the token endpoint.
#[tokio::test]
async fn secrets_are_sent_in_bodies_to_the_token_endpoint_only() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await.secret("canary-of-the-client");
    let (url, request) = app.redirect(CALLBACK).start().unwrap();
    let kept: Value = serde_json::to_value(&request).unwrap();
    let answer = encode(&[("code", CODE), ("state", value(&query(&url), "state"))]);
    app.redirect(CALLBACK).finish(request, &answer, &Session::new()).await.unwrap();
    let verifier = kept["verifier"].as_str().unwrap();
    assert!(!url.contains(verifier) && !url.contains("canary"));
    for seen in provider.stage.log() {
        assert_eq!(seen.query(), None);
        assert_eq!(seen.body().is_empty(), seen.path() != "/token");
    }
}
