//! Tests logins that fail, time out, or are cancelled.

use std::net::TcpListener;
use std::time::Duration;

use afresh::SessionState;
use afresh_tests::Answer;
use tokio::time::timeout;

use crate::provider::{Provider, held};

#[tokio::test]
async fn a_denied_login_fails_and_keeps_the_session() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    shop.session().set(afresh::Tokens::new("old"));
    let (browser, opened) = held(provider.app().browser().page("welcome"));
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let shown = asked.redirect("error=access_denied&error_description=No%20thanks").await;
    assert_eq!(shown.status, 400);
    assert!(shown.body.contains("access_denied") && shown.body.contains("No thanks"), "{shown:?}");
    let error = login.await.unwrap().unwrap_err();
    assert!(error.is_login_denied() && !error.is_login_unavailable(), "{error:?}");
    assert!(
        error.to_string().contains("access_denied") && error.to_string().contains("No thanks"),
        "{error}"
    );
    assert_eq!(shop.session().tokens().unwrap().access_token().unwrap().secret(), "old");
    provider.stage.assert_sends(0);
}

/// If the response to a code exchange is lost, the login fails, because the server might have already used the code.
/// The client does not open the browser a second time.
#[tokio::test]
async fn a_lost_answer_to_the_exchange_ends_the_login() {
    for answer in [Answer::new(500), Answer::new(503), Answer::new(429), Answer::reset()] {
        let provider = Provider::start().await;
        let shop = provider.shop();
        let (browser, opened) = held(provider.app().browser());
        let login = tokio::spawn(browser.run(shop.session()));
        let asked = opened.await.unwrap();
        let redirect = tokio::spawn(async move { asked.redirect("code=good").await });
        provider.stage.arrival().await.answer_with(answer);
        let shown = redirect.await.unwrap();
        assert_eq!(shown.status, 400);
        assert!(shown.body.contains("log in again"), "{shown:?}");
        let error = login.await.unwrap().unwrap_err();
        assert!(error.is_login_unavailable(), "{error:?}");
        provider.stage.assert_sends(1);
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let redirect = tokio::spawn(async move { asked.redirect("code=good").await });
    provider.stage.arrival().await.answer_with(Answer::redirect("/elsewhere").status(307));
    assert_eq!(redirect.await.unwrap().status, 400);
    assert!(login.await.unwrap().is_err());
    provider.stage.assert_sends(1);
}

#[tokio::test]
async fn a_login_times_out_and_frees_its_port() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser().timeout(Duration::from_millis(200)));
    let error = browser.run(shop.session()).await.unwrap_err();
    assert!(error.is_login_unavailable() && !error.is_login_denied(), "{error:?}");
    let asked = opened.await.unwrap();
    TcpListener::bind(("127.0.0.1", asked.port())).expect("the port is free");
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_a_person_has_five_minutes() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, _opened) = held(provider.app().browser());
    let begun = tokio::time::Instant::now();
    let error = browser.run(shop.session()).await.unwrap_err();
    assert!(error.is_login_unavailable(), "{error:?}");
    assert_eq!(begun.elapsed().as_secs(), 300);
}

#[tokio::test]
async fn a_dropped_login_frees_its_port_at_once() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let mut login = Box::pin(browser.run(shop.session()));
    assert!(timeout(Duration::from_millis(200), &mut login).await.is_err());
    let asked = opened.await.unwrap();
    assert!(TcpListener::bind(("127.0.0.1", asked.port())).is_err(), "the port is taken");
    drop(login);
    TcpListener::bind(("127.0.0.1", asked.port())).expect("the port is free");
}

#[tokio::test]
async fn a_login_dropped_during_the_exchange_frees_its_port_and_leaves_the_session() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let port = asked.port();
    let redirect = tokio::spawn(async move { asked.redirect("code=good").await });
    let mut exchange = provider.stage.arrival().await;
    login.abort();
    assert!(login.await.unwrap_err().is_cancelled());
    TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    exchange.abandoned().await;
    assert!(redirect.await.is_err(), "the browser receives no page");
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

#[tokio::test]
async fn a_logout_during_the_login_wins() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    provider.grant(&asked);
    shop.session().clear();
    assert_eq!(asked.redirect("code=good").await.status, 400);
    assert!(login.await.unwrap().is_err());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

#[tokio::test]
async fn settings_that_cannot_work_open_no_browser() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    for app in [
        provider.app().param("state", "mine"),
        provider.app().param("code_challenge_method", "plain"),
        afresh::oauth2::Server::new("http://id.example/authorize", "https://id.example/token").client("cli"),
        afresh::oauth2::Server::new("not a url", "https://id.example/token").client("cli"),
    ] {
        let (browser, opened) = held(app.browser());
        let error = browser.run(shop.session()).await.unwrap_err();
        assert!(error.is_builder(), "{error:?}");
        assert!(opened.await.is_err(), "no browser was opened");
    }
}
