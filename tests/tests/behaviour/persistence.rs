//! Tests that changes of a session are stored in order, and that the next process continues with the stored session.

use std::time::Duration;

use afresh::{FileStore, SessionEvent, SessionState, Tokens};
use afresh_tests::{AuthorityConfig, World};
use tokio::runtime::Builder;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, Shop, builder, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::simulated_processes::{guarded, process};
use crate::transports::ConnectTo;
use crate::waiting::{done, next_event, settled};

#[tokio::test(start_paused = true)]
async fn a_login_and_a_logout_are_stored_before_they_return() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    let fresh = shop.login(&ANN).await.unwrap();
    assert_eq!(store.access().as_deref(), Some(fresh.access_token().unwrap().secret()));
    let next = process(&world, &store);
    next.order(7).await.unwrap();
    shop.logout().await.unwrap();
    assert!(store.record()["session"].is_null());
    assert!(process(&world, &store).order(7).await.unwrap_err().is_no_session());
}

/// If a login cannot be stored, the login call returns an error, but the session is logged in. If a session cannot be
/// stored, the client tries to store it again later.
#[tokio::test(start_paused = true)]
async fn a_login_that_cannot_be_stored_returns_an_error_and_is_stored_later() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    let mut events = shop.session().events();
    store.always(Operation::Swap, Some(Fault::Fail));
    assert!(shop.login(&ANN).await.unwrap_err().is_store());
    shop.order(7).await.unwrap();
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedIn)));
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::StoreFailed(_))));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(events.try_next().is_none(), "the failed write emits one event");
    store.always(Operation::Swap, None);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(store.access(), Some(world.authority.access(1)));
}

/// S5: if a session changes several times while a write is in progress, only the last change is written afterwards.
#[tokio::test(start_paused = true)]
async fn an_older_write_does_not_overtake_a_newer_one() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    store.hold(Operation::Swap);
    for number in 0..5 {
        drop(shop.session().set(Tokens::new(format!("token-{number}"))));
        settled().await;
    }
    drop(shop.session().clear());
    let last = shop.session().set(Tokens::new("last"));
    store.open(Operation::Swap);
    last.await.unwrap();
    settled().await;
    assert_eq!(store.access().as_deref(), Some("last"));
    assert_eq!(store.history().len(), 2, "outdated changes are not written");
}

/// Tokens passed to the builder replace the stored session, even if the client was built outside a Tokio runtime.
#[test]
fn tokens_given_to_the_builder_replace_what_is_stored() {
    let world = guarded();
    let store = FakeStore::new();
    let given = tokens(&world.authority.issue());
    let shop = builder(&world).store(store.clone()).tokens(given).build().unwrap();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        store.put(br#"{"afresh":1,"session":{"login":"old","generation":9,"access":"old"}}"#);
        shop.order(7).await.unwrap();
        settled().await;
        assert_eq!(store.access(), Some(world.authority.access(1)));
    });
}

/// P3: a session's cookies are stored, including cookies set by the response to an ordinary call.
#[tokio::test(start_paused = true)]
async fn cookies_are_stored_with_the_session() {
    let world = World::with(AuthorityConfig::cookie());
    let store = FakeStore::new();
    let start =
        || CookieShopClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone()).build().unwrap();
    start().login(&ANN).await.unwrap();
    let shop = start();
    let call = tokio::spawn(shop.order(7));
    let extra = afresh_tests::Answer::json(200, serde_json::json!({ "id": 7 }))
        .header("set-cookie", "seen=1; Path=/");
    world.stage.arrival().await.answer_with(extra);
    done(call).await.unwrap();
    settled().await;
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    let next = start();
    next.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert!(world.stage.log().last().unwrap().cookie("seen").is_some());
}

/// S4: a command-line program with a `FileStore` is still logged in the next time it runs, and it refreshes if its
/// access token has expired.
#[tokio::test]
async fn a_tool_is_still_logged_in_at_its_next_run() {
    let folder = std::env::temp_dir().join(format!("afresh-runs-{}", std::process::id()));
    let world = guarded();
    let start = || builder(&world).store(FileStore::new(folder.join("session"))).build().unwrap();
    start().login(&ANN).await.unwrap();
    for _ in 0..3 {
        start().order(7).await.unwrap();
        world.authority.expire();
    }
    start().order(7).await.unwrap();
    world.authority.assert_logins(1);
    world.authority.assert_refreshes(3);
    start().logout().await.unwrap();
    assert_eq!(start().session().load().await.unwrap(), SessionState::LoggedOut);
    std::fs::remove_dir_all(folder).unwrap();
}
