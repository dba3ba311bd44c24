//! Calls from blocking code.

use std::thread;
use std::time::Duration;

use afresh::{Items, Pages, Result, SessionState, Tokens, api};
use afresh_tests::{Answer, World};
use serde_json::json;

use crate::api::{ANN, ORIGIN, Order, Shop, ShopClient, builder, logged_in_client, logged_out_client, order};
use crate::fake_store::FakeStore;
use crate::transports::ConnectTo;

#[api]
trait Documents {
    #[get("/pages")]
    #[pages(number = "page")]
    async fn pages(&self) -> Result<Pages<Vec<u64>>>;

    #[get("/pages")]
    #[pages(number = "page")]
    async fn items(&self) -> Result<Items<u64>>;
}

/// A blocking program can log in, make calls that trigger refreshes, send hand-written requests, and log out.
#[test]
fn a_script_waits_for_each_call() {
    let world = World::new();
    let shop = logged_out_client(&world);
    shop.login(&ANN).wait().unwrap();
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    assert_eq!(shop.order(7).wait().unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(1);
    let request = reqwest::Request::new(reqwest::Method::GET, format!("{ORIGIN}/orders/7").parse().unwrap());
    assert_eq!(shop.client().execute(request).wait().unwrap().status(), 200);
    shop.logout().wait().unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    shop.session().ensure_login(|| shop.login(&ANN)).wait().unwrap();
    shop.session().refresh().wait().unwrap();
    world.authority.assert_logins(2);
}

#[test]
fn a_script_waits_until_a_change_is_stored() {
    let world = World::new();
    let store = FakeStore::new();
    let process = || builder(&world).store(store.clone()).build().unwrap();
    process().session().set(Tokens::new("a1")).wait().unwrap();
    let next: ShopClient = process();
    assert_eq!(next.session().load().wait().unwrap(), SessionState::LoggedIn);
    next.session().clear().wait().unwrap();
    assert_eq!(process().session().load().wait().unwrap(), SessionState::LoggedOut);
}

#[test]
fn many_threads_share_one_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(shop.order(7).wait().unwrap(), Order { id: 7 }));
        }
    });
    world.authority.assert_refreshes(1);
}

#[test]
fn pages_are_waited_for_one_by_one() {
    let world = World::new();
    world.stage.respond(|seen| match seen.query() {
        None => Answer::json(200, json!([1, 2])),
        Some("page=2") => Answer::json(200, json!([3])),
        _ => Answer::json(200, json!([])),
    });
    let documents = DocumentsClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    let mut pages = documents.pages().wait().unwrap();
    let all: Vec<_> = std::iter::from_fn(|| pages.wait_next()).map(Result::unwrap).collect();
    assert_eq!(all, [vec![1, 2], vec![3]], "numbers in each page");
    let mut items = documents.items().wait().unwrap();
    let all: Vec<_> = std::iter::from_fn(|| items.wait_next()).map(Result::unwrap).collect();
    assert_eq!(all, [1, 2, 3], "items of all pages");
}

#[test]
fn a_time_out_ends_a_call_that_is_waited_for() {
    let world = World::new();
    world.stage.respond(|_| Answer::hang());
    let shop = builder(&world).tokens(Tokens::new("a")).build().unwrap();
    let error = shop.order(7).timeout(Duration::from_millis(20)).wait().unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

/// A `spawn_blocking` thread can block on a call, because no async code runs on that thread.
#[tokio::test]
async fn a_blocking_thread_of_a_runtime_may_wait() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| order(7));
    let waited = tokio::task::spawn_blocking(move || shop.order(7).wait());
    assert_eq!(waited.await.unwrap().unwrap(), Order { id: 7 });
}

#[tokio::test]
async fn waiting_in_async_code_panics() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let panic = tokio::spawn(async move { shop.order(7).wait().is_ok() }).await.unwrap_err();
    let panic = panic.into_panic();
    let text = panic.downcast_ref::<&str>().copied().unwrap_or_default();
    assert!(
        text.contains(".await") && text.contains("spawn_blocking"),
        "the message names the fix: {text:?}"
    );
}
