//! Tests user logins inside `ensure_login`: one login is enough for all processes, and the login replaces the whole
//! session.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use afresh::{Client, MemoryStore, SessionState, Tokens};
use serde_json::json;

use super::provider::{Provider, log_in_with_code, tokens};
use crate::api::event_names;

/// W13: if ten processes start at the same time, the user has to log in only once.
#[tokio::test]
async fn ten_processes_that_start_at_once_ask_one_person() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let store = MemoryStore::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let processes: Vec<_> = (0..10)
        .map(|_| {
            Client::builder("https://shop.test").refresher(app.clone()).store(store.clone()).build().unwrap()
        })
        .collect();
    let logins: Vec<_> = processes
        .iter()
        .cloned()
        .map(|shop| {
            let (app, asked) = (app.clone(), asked.clone());
            tokio::spawn(async move {
                let session = shop.session();
                let login = || {
                    asked.fetch_add(1, Ordering::SeqCst);
                    log_in_with_code(&app, session)
                };
                session.ensure_login(login).await
            })
        })
        .collect();
    for login in logins {
        login.await.unwrap().unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(provider.exchanges().len(), 1);
    for shop in processes {
        let tokens = shop.session().tokens().unwrap();
        assert_eq!(tokens.access_token().unwrap().secret(), "new-access");
    }
}

/// A login inside `ensure_login` emits one event, even though both the login and `ensure_login` set the tokens.
#[tokio::test]
async fn a_login_inside_of_ensure_login_is_set_once() {
    let provider = Provider::answering(tokens()).await;
    let app = provider.app().await;
    let shop = Client::builder("https://shop.test").refresher(app.clone()).build().unwrap();
    let mut events = shop.session().events();
    shop.session().ensure_login(|| log_in_with_code(&app, shop.session())).await.unwrap();
    assert_eq!(event_names(&mut events), ["logged in"]);
}

#[tokio::test]
async fn a_failed_login_keeps_the_session() {
    let provider = Provider::answering((400, json!({ "error": "invalid_grant" }))).await;
    let app = provider.app().await;
    let shop = Client::builder("https://shop.test")
        .tokens(Tokens::new("old"))
        .refresher(app.clone())
        .build()
        .unwrap();
    let error = log_in_with_code(&app, shop.session()).await.unwrap_err();
    assert!(error.is_login_denied() && error.to_string().contains("invalid_grant"), "{error}");
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(shop.session().tokens(), Some(Tokens::new("old")));
}
