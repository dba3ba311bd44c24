//! Tests functions that open a browser, and how they can fail.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::provider::{Authorization, Provider};

/// Asserts that a login with the given opener succeeds if the user opens the URL that is passed to `announce`.
async fn logs_in_with<R: afresh::oauth2::Opened>(open: impl FnOnce() -> R + Send + 'static) {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let (sender, announced) = oneshot::channel();
    let announce = move |url: &str| {
        let _ = sender.send(Authorization::read(url));
    };
    let browser = provider.app().browser().announce(announce).open(move |_: &str| open());
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = announced.await.unwrap();
    provider.grant(&asked);
    assert_eq!(asked.redirect("code=good").await.status, 200);
    login.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_opener_that_blocks_for_ever_does_not_stop_the_listener() {
    let (hold, held) = mpsc::channel::<()>();
    logs_in_with(move || held.recv()).await;
    drop(hold);
}

#[tokio::test]
async fn an_opener_that_fails_does_not_stop_the_listener() {
    logs_in_with(|| Err::<(), _>("there is no browser")).await;
    logs_in_with(|| Err::<(), _>(std::io::Error::other("there is no browser"))).await;
    logs_in_with(|| Ok::<u8, ()>(1)).await;
}

#[tokio::test]
async fn an_opener_that_panics_does_not_stop_the_listener() {
    logs_in_with::<()>(|| panic!("this panic is part of the test")).await;
}

#[tokio::test]
async fn an_opener_may_spawn_tasks() {
    let (done, spawned) = oneshot::channel();
    logs_in_with(move || {
        tokio::spawn(async move { done.send(()) });
    })
    .await;
    spawned.await.unwrap();
}

#[tokio::test]
async fn the_error_says_that_no_browser_could_be_opened() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    let browser = || provider.app().browser().announce(|_: &str| ()).timeout(Duration::from_millis(300));
    let error = browser().open(|_: &str| Err::<(), _>("none")).run(shop.session()).await.unwrap_err();
    assert!(error.is_login_unavailable(), "{error:?}");
    assert!(
        error.to_string().contains("no browser could be opened") && error.to_string().contains("device"),
        "{error}"
    );
    let error = browser().open(|_: &str| ()).run(shop.session()).await.unwrap_err();
    assert!(error.is_login_unavailable() && !error.to_string().contains("no browser"), "{error}");
}
