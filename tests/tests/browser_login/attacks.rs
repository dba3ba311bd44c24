//! Tests requests that are not the login redirect, and programs that interfere with the listener.

use std::net::TcpListener as StdListener;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use crate::provider::{Provider, Shown, held, tokens};

/// The listener responds to any request other than the login's redirect with an HTML page and status 400, and keeps
/// waiting. No code is exchanged.
#[tokio::test]
async fn only_a_get_of_the_own_path_with_the_right_state_counts() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let state = asked.state();
    provider.grant(&asked);
    for target in [
        "/",
        "/favicon.ico",
        "/callback",
        "/callback?",
        "/callback?code=good",
        "/callback?code=good&state=",
        "/callback?code=good&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "/callback?error=access_denied&state=wrong",
        "/callback?error=access_denied",
        &format!("/other?code=good&state={state}"),
        &format!("/callback/?code=good&state={state}"),
        &format!("/callback?code=good&state={state}&state={state}"),
        &format!("/callback?code=good&code=good&state={state}"),
        &format!("/callback?code=good&state={}", &state[1..]),
        &format!("/callback?code=good&state={state}x"),
        &format!("/callback#code=good&state={state}"),
    ] {
        let shown = asked.get_target(target).await;
        assert_eq!(shown.status, 400, "{target}");
        assert!(!shown.text().contains(state), "{target}");
    }
    for method in ["POST", "HEAD", "OPTIONS", "PUT", "get"] {
        let request = format!(
            "{method} /callback?code=good&state={state} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        assert_eq!(asked.send(request.as_bytes()).await.status, 400, "{method}");
    }
    for request in
        [&b"\r\n\r\n"[..], b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        assert_eq!(asked.send(request).await.status, 400);
    }
    assert!(!login.is_finished());
    provider.stage.assert_sends(0);
    assert_eq!(asked.redirect("code=good").await.status, 200);
    login.await.unwrap().unwrap();
    provider.stage.assert_sends(1);
}

/// If several browser tabs open the redirect URL, the authorization code is exchanged only once.
#[tokio::test]
async fn a_second_tab_during_the_exchange_gets_a_page_and_exchanges_nothing() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let first = tokio::spawn({
        let asked = asked.clone();
        async move { asked.redirect("code=good").await }
    });
    let exchange = provider.stage.arrival().await;
    for query in ["code=good", "code=another", "error=access_denied"] {
        assert_eq!(asked.redirect(query).await.status, 400, "{query}");
    }
    exchange.answer_with(tokens());
    assert_eq!(first.await.unwrap().status, 200);
    login.await.unwrap().unwrap();
    provider.stage.assert_sends(1);
}

#[tokio::test]
async fn connections_that_send_nothing_do_not_keep_the_browser_out() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    provider.grant(&asked);
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", asked.port())).await.unwrap();
        let _ = stream.write_all(b"GET /callback?").await;
        idle.push(stream);
    }
    let begun = Instant::now();
    assert_eq!(asked.redirect("code=good").await.status, 200);
    login.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_head_without_an_end_is_cut_off() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    provider.grant(&asked);
    let line = format!("GET /callback?code={} HTTP/1.1", "a".repeat(1 << 20));
    let fields = format!("GET /callback?code=good HTTP/1.1\r\n{}", "a: b\r\n".repeat(100_000));
    for request in [line, fields] {
        let mut stream = TcpStream::connect(("127.0.0.1", asked.port())).await.unwrap();
        // The listener can close the connection before it has read the whole request.
        let _ = stream.write_all(request.as_bytes()).await;
        let closed = timeout(Duration::from_secs(5), async {
            let mut rest = Vec::new();
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
            rest
        });
        let rest = closed.await.expect("the connection is closed");
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&rest));
    }
    let long = format!("code=good&unused={}", "a".repeat(30_000));
    assert_eq!(asked.redirect(&long).await.status, 200, "a long redirect is accepted");
    login.await.unwrap().unwrap();
}

/// The redirect URL contains `127.0.0.1`, so a program that listens on `[::1]` at the same port receives nothing. If
/// the redirect URL contained `localhost`, Chromium would send the authorization code to the program that listens on
/// `[::1]`.
#[tokio::test]
async fn a_program_that_listens_on_ipv6_at_the_same_port_gets_nothing() {
    // Without IPv6, this test is skipped, and the package `afresh-tests-skipped` reports the skipped test.
    let Ok(other) = TcpListener::bind("[::1]:0").await else { return };
    let port = other.local_addr().unwrap().port();
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser().port(port));
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    provider.grant(&asked);
    let url = format!("{}?code=good&state={}", asked.get("redirect_uri"), asked.state());
    let status = reqwest::get(url).await.unwrap().status();
    assert_eq!(status, 200);
    login.await.unwrap().unwrap();
    assert!(
        timeout(Duration::from_millis(50), other.accept()).await.is_err(),
        "the other program receives nothing"
    );
}

#[tokio::test]
async fn a_taken_port_is_an_error_before_anything_is_opened() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let taken = StdListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (browser, opened) = held(provider.app().browser().port(port));
    let error = browser.run(shop.session()).await.unwrap_err();
    assert!(error.is_login_unavailable(), "{error:?}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    assert!(opened.await.is_err(), "no browser was opened");
}

/// If the redirect names an unexpected issuer, the login fails and the authorization code is not sent, because the code
/// might belong to another server.
#[tokio::test]
async fn an_answer_of_another_issuer_ends_the_login_and_sends_nothing() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let shown = asked.redirect("code=good&iss=https%3A%2F%2Fevil.test").await;
    assert_eq!(shown.status, 400);
    let error = login.await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("https://evil.test") && error.to_string().contains(&provider.issuer()),
        "{error}"
    );
    provider.stage.assert_sends(0);
}

/// The browser page escapes markup in the server's error description. Both the browser page and the error message
/// contain a shortened error description without control characters.
#[tokio::test]
async fn what_a_server_says_is_shown_as_text_without_secrets() {
    for (description, hidden) in [
        ("%3Cscript%3Ealert(1)%3C%2Fscript%3E", "<script>"),
        ("%3Cimg%20src=x%20onerror=alert(1)%3E", "<img"),
        ("%E2%80%AEdenied%1B%5B31m", "\u{202e}"),
        ("ok%1B%5B31m", "\u{1b}"),
        ("line%0D%0ASet-Cookie:%20a=b", "\r\nSet-Cookie"),
        (&"a".repeat(5000), &"a".repeat(1000)),
    ] {
        let provider = Provider::start().await;
        let shop = provider.shop();
        let (browser, opened) = held(provider.app().browser());
        let login = tokio::spawn(browser.run(shop.session()));
        let asked = opened.await.unwrap();
        let shown = asked.redirect(&format!("error=access_denied&error_description={description}")).await;
        assert_eq!(shown.status, 400);
        assert!(shown.body.contains("access_denied"), "{shown:?}");
        assert!(!shown.text().contains(hidden), "{shown:?}");
        let error = login.await.unwrap().unwrap_err();
        assert!(error.is_login_denied(), "{error:?}");
        let text = format!("{error} {error:?}");
        // The error message is not shown as HTML, so the message can contain markup.
        assert!(hidden.starts_with('<') || !text.contains(hidden), "{text}");
    }
}

#[tokio::test]
async fn an_echo_of_the_code_or_the_state_reaches_no_text() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let redirect = tokio::spawn({
        let asked = asked.clone();
        async move { asked.redirect("code=SplxlOBeZQQYbYS6WxSbIA").await }
    });
    let exchange = provider.stage.arrival().await;
    let verifier = crate::provider::form_of(&exchange)["code_verifier"].clone();
    let echo = format!("bad code SplxlOBeZQQYbYS6WxSbIA, verifier {verifier}");
    exchange.answer_json(400, serde_json::json!({ "error": "invalid_grant", "error_description": echo }));
    let Shown { status, head, body } = redirect.await.unwrap();
    assert_eq!(status, 400);
    let error = login.await.unwrap().unwrap_err();
    for text in [head, body, error.to_string(), format!("{error:?}")] {
        for secret in ["SplxlOBe", &verifier[..8], asked.state()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
