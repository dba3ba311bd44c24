//! Tests how an authorization server's endpoints are discovered (RFC 8414 and OpenID Connect Discovery).

use std::time::Duration;

use afresh::oauth2::Server;
use afresh::{Error, Session};
use afresh_tests::{Answer, Stage};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::provider::{CALLBACK, Provider, document, log_in_with_code, tokens};

/// Starts a server whose only metadata document is at `path` and names the issuer `/realms/shop`.
async fn realm(path: &'static str) -> (Stage, afresh_tests::Listening) {
    let stage = Stage::new();
    let listening = stage.listen().await;
    let metadata = document(&listening.url("/realms/shop"), &json!({}));
    stage.respond(move |seen| match seen.path() {
        asked if asked == path => Answer::json(200, &metadata),
        _ => Answer::new(404),
    });
    (stage, listening)
}

async fn refused(metadata: Value) -> Error {
    let provider = Provider::start(metadata, |_| Answer::new(404)).await;
    Server::discover(provider.issuer()).await.unwrap_err()
}

#[tokio::test]
async fn the_metadata_is_found_at_both_places() {
    let (oauth, openid) = (
        "/.well-known/oauth-authorization-server/realms/shop",
        "/realms/shop/.well-known/openid-configuration",
    );
    for (place, expected) in [(oauth, vec![oauth]), (openid, vec![oauth, openid])] {
        let (stage, listening) = realm(place).await;
        let issuer = listening.url("/realms/shop");
        let server = Server::discover(&issuer).await.unwrap();
        let (url, _) = server.client("app").redirect(CALLBACK).start().unwrap();
        assert!(url.starts_with(&format!("{issuer}/authorize?")), "{url}");
        let expected: Vec<_> = expected.iter().map(|path| format!("GET {path}")).collect();
        assert_eq!(stage.routes(), expected);
    }
}

#[tokio::test]
async fn a_server_is_asked_once_for_all_its_apps_and_logins() {
    let provider = Provider::answering(tokens()).await;
    let server = provider.server().await;
    for id in ["one", "two"] {
        log_in_with_code(&server.clone().client(id), &Session::new()).await.unwrap();
    }
    let documents = provider.stage.routes().into_iter().filter(|route| route.contains("well-known")).count();
    assert_eq!(documents, 1);
}

/// RFC 8414 §3.3: metadata with the wrong issuer is rejected, and the error names both issuers.
#[tokio::test]
async fn the_metadata_of_another_issuer_is_refused_and_both_are_named() {
    let provider = Provider::start(json!({ "issuer": "https://evil.test" }), |_| tokens()).await;
    let error = Server::discover(provider.issuer()).await.unwrap_err();
    assert!(!error.is_login_unavailable() && !error.is_login_denied());
    let text = error.to_string();
    assert!(
        text.contains("`https://evil.test`") && text.contains(&format!("`{}`", provider.issuer())),
        "{text}"
    );

    let provider = Provider::answering(tokens()).await;
    let with_slash = format!("{}/", provider.issuer());
    let text = Server::discover(&with_slash).await.unwrap_err().to_string();
    assert!(
        text.contains(&format!("`{with_slash}`")) && text.contains(&format!("`{}`", provider.issuer())),
        "{text}"
    );

    let text = refused(json!({ "issuer": null })).await.to_string();
    assert!(text.contains("has no issuer"), "{text}");
}

#[tokio::test]
async fn endpoints_without_https_are_refused() {
    for name in
        ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "device_authorization_endpoint"]
    {
        for url in ["http://id.test/x", "https://id.test/x#f", "https://a:b@id.test/x", "javascript:x", "/x"]
        {
            let error = refused(json!({ name: url })).await;
            let which = name.replace('_', " ");
            assert!(error.to_string().contains(&which), "{name} {url}: {error}");
        }
    }
    assert!(refused(json!({ "token_endpoint": null })).await.to_string().contains("no token endpoint"));
}

#[tokio::test]
async fn an_issuer_is_https_or_on_loopback() {
    for issuer in [
        "http://id.example",
        "ftp://id.example",
        "id.example",
        "https://id.example?a",
        "https://id.example#a",
    ] {
        let error = Server::discover(issuer).await.unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("the issuer"), "{issuer}: {error}");
    }
}

#[tokio::test]
async fn a_server_without_metadata_is_unavailable_and_the_error_says_what_was_asked() {
    let stage = Stage::new();
    stage.respond(|_| Answer::new(404));
    let listening = stage.listen().await;
    let issuer = listening.base_url.clone();
    let error = Server::discover(&issuer).await.unwrap_err();
    assert!(error.is_login_unavailable());
    let text = error.to_string();
    for part in [&*issuer, "oauth-authorization-server` answered 404", "openid-configuration` answered 404"] {
        assert!(text.contains(part), "{text}");
    }
    drop(listening);
    assert!(Server::discover(&issuer).await.unwrap_err().is_login_unavailable());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let evil = Stage::new();
    evil.respond(|_| Answer::new(404));
    let elsewhere = evil.listen().await;
    let stage = Stage::new();
    stage.respond({
        let target = elsewhere.url("/metadata");
        move |_| Answer::redirect(&target)
    });
    let listening = stage.listen().await;
    let error = Server::discover(&listening.base_url).await.unwrap_err();
    assert!(error.is_login_unavailable() && error.to_string().contains("302"), "{error}");
    assert_eq!(evil.sends(), 0);
}

#[tokio::test]
async fn a_document_has_a_size_limit() {
    let long = refused(json!({ "filler": "x".repeat(64 * 1024) })).await;
    assert!(long.to_string().contains("64 KiB"), "{long}");
    refused(json!({ "filler": "x".repeat(60 * 1024), "issuer": "https://x.test" })).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_unavailable_after_a_deadline() {
    let stage = Stage::new();
    stage.respond(|_| Answer::hang());
    let listening = stage.listen().await;
    let start = Instant::now();
    let error = Server::discover(&listening.base_url).await.unwrap_err();
    assert!(error.is_login_unavailable(), "{error}");
    assert!(start.elapsed() <= Duration::from_secs(11));
}

#[tokio::test]
async fn no_control_character_of_a_document_is_shown() {
    let text = refused(json!({ "issuer": "https://evil.test/\u{1b}[2J\u{202e}x" })).await.to_string();
    assert!(text.contains("`https://evil.test/[2Jx`"), "{text}");
    let text = refused(json!({ "issuer": "x".repeat(5000) })).await.to_string();
    assert!(text.len() < 1000, "{text}");
}

#[tokio::test]
async fn a_given_client_sends_discovery_and_exchange() {
    let provider = Provider::answering(tokens()).await;
    let client = reqwest::Client::builder()
        .user_agent("mine")
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let server = Server::discover(provider.issuer()).http(client).await.unwrap();
    log_in_with_code(&server.client("app"), &Session::new()).await.unwrap();
    let agents: Vec<_> =
        provider.stage.log().iter().map(|seen| seen.header("user-agent").map(str::to_owned)).collect();
    assert_eq!(
        agents,
        [Some("mine".to_owned()), Some("mine".to_owned())],
        "`user-agent` headers of the requests"
    );
}

#[tokio::test]
async fn discovery_can_be_waited_for() {
    let provider = Provider::answering(tokens()).await;
    let issuer = provider.issuer().to_owned();
    let server = tokio::task::spawn_blocking(move || Server::discover(issuer).wait()).await.unwrap().unwrap();
    server.client("app").redirect(CALLBACK).start().unwrap();
}
