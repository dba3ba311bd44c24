//! Tests successful logins in a browser.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use afresh::{Client, MemoryStore, SessionEvent, SessionState};

use crate::provider::{Authorization, Provider, RequestedUrls, form_of, held, tokens};

#[tokio::test]
async fn a_login_in_the_browser_becomes_the_session() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let mut events = shop.session().events();
    let (browser, opened) = held(provider.app().param("audience", "shop").browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "my-cli"),
        ("scope", "orders offline_access"),
        ("audience", "shop"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", &format!("http://127.0.0.1:{}/callback", asked.port())),
    ] {
        assert_eq!(asked.get(name), value);
    }
    assert!(asked.state().len() >= 32 && asked.get("code_challenge").len() == 43);

    provider.grant(&asked);
    let shown = asked.redirect("code=good").await;
    assert_eq!(shown.status, 200, "{shown:?}");
    assert!(shown.body.contains("You are logged in"), "{shown:?}");
    let returned = login.await.unwrap().unwrap();
    assert_eq!(returned.access_token().unwrap().secret(), "fresh");
    assert_eq!(shop.session().tokens(), Some(returned));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert!(matches!(events.try_next(), Some(SessionEvent::LoggedIn)));
    assert!(events.try_next().is_none());
    let left = shop.session().ends_at().unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(86_000), "{left:?}");
    provider.stage.assert_sends(1);
    TcpListener::bind(("127.0.0.1", asked.port())).expect("the port is free");
}

/// The code exchange request contains the login's redirect URL and verifier, but no token from the old session.
#[tokio::test]
async fn the_code_is_exchanged_with_its_verifier_and_without_the_old_session() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    shop.session().set(afresh::Tokens::new("old").with_refresh("older"));
    let (browser, opened) = held(provider.app().browser());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    let shown = tokio::spawn({
        let asked = asked.clone();
        async move { asked.redirect("code=good").await }
    });
    let exchange = provider.stage.arrival().await;
    let form = form_of(&exchange);
    assert_eq!(form["redirect_uri"], asked.get("redirect_uri"));
    assert_eq!(form["client_id"], "my-cli");
    assert!(
        exchange.seen().token().is_none() && !exchange.seen().body().windows(3).any(|text| text == b"old")
    );
    exchange.answer_with(tokens());
    assert_eq!(shown.await.unwrap().status, 200);
    login.await.unwrap().unwrap();
    assert_eq!(shop.session().tokens().unwrap().refresh_token().unwrap().secret(), "kept");
}

#[tokio::test]
async fn the_page_after_a_login_can_be_the_programs_own() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (browser, opened) = held(provider.app().browser().page("<h1>Willkommen</h1>"));
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    provider.grant(&asked);
    let shown = asked.redirect("code=good").await;
    assert_eq!((shown.status, &*shown.body), (200, "<h1>Willkommen</h1>"), "status and body of the page");
    login.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_url_is_announced_before_it_is_opened() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let urls = RequestedUrls::default();
    let (announced, opened) = (urls.clone(), urls.clone());
    let browser = provider
        .app()
        .browser()
        .announce(move |url: &str| announced.lock().unwrap().push(format!("announced {url}")))
        .open(move |url: &str| opened.lock().unwrap().push(format!("opened {url}")))
        .timeout(Duration::from_millis(300));
    assert!(browser.run(shop.session()).await.unwrap_err().is_login_unavailable());
    let urls = urls.lock().unwrap();
    let url = urls[0].strip_prefix("announced ").unwrap();
    assert_eq!(urls[1..], [format!("opened {url}")]);
}

#[tokio::test]
async fn the_port_and_the_path_can_be_chosen() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (browser, opened) = held(provider.app().browser().port(port).path("/oauth/done"));
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    assert_eq!(asked.get("redirect_uri"), format!("http://127.0.0.1:{port}/oauth/done"));
    provider.grant(&asked);
    assert_eq!(asked.redirect("code=good").await.status, 400, "the default path is not used");
    let shown = asked.get_target(&format!("/oauth/done?code=good&state={}", asked.state())).await;
    assert_eq!(shown.status, 200);
    login.await.unwrap().unwrap();
    for path in ["callback", "", "/a?b", "/a#b", "/a b", "/\r\n"] {
        let browser = provider.app().browser().path(path).announce(|_: &str| ()).open(|_: &str| ());
        assert!(browser.run(shop.session()).await.unwrap_err().is_builder(), "{path:?}");
    }
}

#[tokio::test]
async fn processes_that_start_at_once_open_one_browser() {
    let provider = Arc::new(Provider::start().await);
    let store = MemoryStore::new();
    let asked: Arc<Mutex<Option<Authorization>>> = Arc::default();
    let opened = Arc::new(AtomicUsize::new(0));
    let mut processes = Vec::new();
    for _ in 0..10 {
        let (provider, asked, opened) = (provider.clone(), asked.clone(), opened.clone());
        let store = store.clone();
        processes.push(tokio::spawn(async move {
            let app = provider.app();
            let shop =
                Client::builder("https://shop.test").refresher(app.clone()).store(store).build().unwrap();
            let open = move |url: &str| {
                opened.fetch_add(1, Ordering::SeqCst);
                *asked.lock().unwrap() = Some(Authorization::read(url));
            };
            let browser = app.browser().announce(|_: &str| ()).open(open);
            shop.session().ensure_login(|| browser.run(shop.session())).await?;
            Ok::<_, afresh::Error>(
                shop.session().tokens().unwrap().access_token().unwrap().secret().to_owned(),
            )
        }));
    }
    let url = loop {
        if let Some(asked) = asked.lock().unwrap().clone() {
            break asked;
        }
        tokio::task::yield_now().await;
    };
    provider.grant(&url);
    assert_eq!(url.redirect("code=good").await.status, 200);
    for process in processes {
        assert_eq!(process.await.unwrap().unwrap(), "fresh");
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1, "browsers");
    provider.stage.assert_sends(1);
}

#[test]
fn a_login_can_be_waited_for_without_async_code() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let provider = runtime.block_on(Provider::start());
    let (browser, opened) = held(provider.app().browser());
    let shop = provider.shop();
    let browser_of_person = runtime.spawn(async move {
        let asked = opened.await.unwrap();
        provider.grant(&asked);
        asked.redirect("code=good").await.status
    });
    browser.run(shop.session()).wait().unwrap();
    assert_eq!(runtime.block_on(browser_of_person).unwrap(), 200);
}
