//! Tests sessions that are created with a store, and `ensure_login`, which runs one login for all tasks and processes.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use afresh::{Error, MemoryStore, Pending, Result, Session, SessionState, Tokens};
use afresh_tests::{AuthorityConfig, Handling, Role, World};

use crate::api::{ANN, Order, Shop, ShopClient, builder, event_names, logged_out_client, order};
use crate::fake_store::{FakeStore, Operation};
use crate::waiting::settled;

const MINUTE: Duration = Duration::from_secs(60);

/// Returns a client that simulates a separate process. All processes share `store`.
fn process(world: &World, store: &MemoryStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

fn tokens_of(shop: &ShopClient) -> Option<Tokens> {
    shop.session().tokens()
}

/// W13: if ten processes start at the same time, only one process logs in.
#[tokio::test(start_paused = true)]
async fn ten_processes_that_start_at_once_log_in_once() {
    let world = World::new();
    let store = MemoryStore::new();
    let shops: Vec<_> = (0..10).map(|_| process(&world, &store)).collect();
    let mut events: Vec<_> = shops.iter().map(|shop| shop.session().events()).collect();
    world.authority.hold(Role::Login);
    let calls: Vec<_> = shops
        .iter()
        .cloned()
        .map(|shop| tokio::spawn(async move { shop.session().ensure_login(|| shop.login(&ANN)).await }))
        .collect();
    let login = world.authority.parked(Role::Login).await;
    tokio::time::sleep(MINUTE).await;
    assert!(calls.iter().all(|call| !call.is_finished()), "the other processes wait for the login");
    assert!(shops[9].order(7).await.unwrap_err().is_no_session(), "a call does not wait");
    world.authority.open(Role::Login);
    login.release();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    world.authority.assert_logins(1);
    let logged_in: Vec<_> =
        events.iter_mut().flat_map(event_names).filter(|name| *name == "logged in").collect();
    assert_eq!(logged_in.len(), 1);
    let first = tokens_of(&shops[0]).unwrap();
    for shop in &shops {
        assert_eq!(tokens_of(shop).unwrap().access_token(), first.access_token());
    }
    world.guard_with(403, |_| order(7));
    assert_eq!(shops[3].order(7).await.unwrap(), Order { id: 7 });
}

/// W13: without a store, all tasks of a process share one login. If a session already exists, the login closure is not
/// called.
#[tokio::test(start_paused = true)]
async fn the_tasks_of_a_process_log_in_once() {
    let world = World::new();
    let shop = logged_out_client(&world);
    let calls: Vec<_> = (0..10)
        .map(|_| shop.clone())
        .map(|shop| tokio::spawn(async move { shop.session().ensure_login(|| shop.login(&ANN)).await }))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    world.authority.assert_logins(1);
    shop.session()
        .ensure_login(|| -> Pending<Result<Tokens>> { unreachable!("there is already a session") })
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_is_logged_in_for() {
    let world = World::with(AuthorityConfig::default());
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.authority.revoke();
    world.guard(403);
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(shop.session().state(), SessionState::Expired);
    shop.session().ensure_login(|| shop.login(&ANN)).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    world.authority.assert_logins(2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_login_is_followed_by_the_next() {
    let world = World::new();
    let store = MemoryStore::new();
    world.authority.next(Role::Login, Handling::instead(500));
    let calls: Vec<_> = (0..5)
        .map(|_| process(&world, &store))
        .map(|shop| tokio::spawn(async move { shop.session().ensure_login(|| shop.login(&ANN)).await }))
        .collect();
    let mut failures = 0;
    for call in calls {
        failures += u32::from(call.await.unwrap().is_err());
    }
    assert_eq!(failures, 1);
    world.authority.assert_logins(2);
}

/// W13: if the login closure returns tokens, the next process waits until the tokens are stored.
#[tokio::test(start_paused = true)]
async fn the_next_process_waits_until_the_tokens_of_a_login_are_stored() {
    let (world, store, logins) = (World::new(), FakeStore::new(), Arc::new(AtomicU32::new(0)));
    let log_in = || {
        let shop = builder(&world).store(store.clone()).build().unwrap();
        let logins = logins.clone();
        let login = move || async move {
            let number = logins.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Error>(Tokens::new(format!("access-{number}")))
        };
        tokio::spawn(async move {
            shop.session().ensure_login(login).await.unwrap();
            tokens_of(&shop).unwrap()
        })
    };
    store.hold(Operation::Swap);
    let first = log_in();
    settled().await;
    let next = log_in();
    settled().await;
    store.open(Operation::Swap);
    assert_eq!(first.await.unwrap().access_token(), next.await.unwrap().access_token());
    assert_eq!(logins.load(Ordering::SeqCst), 1, "logins");
}

/// If a login future is dropped, the next waiting process logs in immediately.
#[tokio::test(start_paused = true)]
async fn a_dropped_login_frees_the_others_at_once() {
    let world = World::new();
    let store = MemoryStore::new();
    let (slow, next) = (process(&world, &store), process(&world, &store));
    let stuck =
        tokio::spawn(
            async move { slow.session().ensure_login(std::future::pending::<Result<Tokens>>).await },
        );
    tokio::time::sleep(MINUTE).await;
    let waiting = tokio::spawn(async move { next.session().ensure_login(|| next.login(&ANN)).await });
    tokio::time::sleep(MINUTE).await;
    assert!(!waiting.is_finished());
    stuck.abort();
    waiting.await.unwrap().unwrap();
    world.authority.assert_logins(1);
}

/// A login that takes longer than ten minutes fails, but a later login can succeed.
#[tokio::test(start_paused = true)]
async fn a_login_has_ten_minutes() {
    let session = Session::new();
    let begun = tokio::time::Instant::now();
    let error: Error = session.ensure_login(std::future::pending::<Result<Tokens>>).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(begun.elapsed(), 10 * MINUTE);
    session.ensure_login(|| async { Ok::<_, Error>(Tokens::new("a")) }).await.unwrap();
}

/// `ensure_login` sets the session's tokens to the tokens that its closure returns. The closure's future need not be
/// `Send`, and the closure's error type needs to implement only `From<Error>`.
#[tokio::test(start_paused = true)]
async fn tokens_from_elsewhere_become_the_session() {
    #[derive(Debug)]
    struct Own;
    impl From<Error> for Own {
        fn from(_: Error) -> Self {
            Self
        }
    }
    let session = Session::new();
    let mut events = session.events();
    let not_send = Rc::new(Tokens::new("elsewhere"));
    let logins = Arc::new(AtomicU32::new(0));
    let login = || async {
        logins.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        Ok::<_, Own>(Tokens::clone(&not_send))
    };
    session.ensure_login(login).await.unwrap();
    session.ensure_login(login).await.unwrap();
    assert_eq!(session.tokens().unwrap().access_token().unwrap().secret(), "elsewhere");
    assert_eq!(logins.load(Ordering::Relaxed), 1);
    assert_eq!(event_names(&mut events), ["logged in"]);
}

/// If the login closure itself sets the session, `ensure_login` ignores the tokens that the closure returns.
#[tokio::test(start_paused = true)]
async fn a_login_through_the_session_is_not_set_again() {
    let session = Session::new();
    let mut events = session.events();
    let login = || async {
        let session = session.clone();
        let set = tokio::spawn(async move { session.set(Tokens::new("spawned")).await });
        set.await.unwrap()?;
        Ok::<_, Error>(Tokens::new("returned"))
    };
    session.ensure_login(login).await.unwrap();
    assert_eq!(session.tokens().unwrap().access_token().unwrap().secret(), "spawned");
    assert_eq!(event_names(&mut events), ["logged in"]);
}

/// `Session::set` and `Session::clear` also work outside a Tokio runtime.
#[test]
fn a_session_with_a_store_outlives_the_process() {
    let store = MemoryStore::new();
    let session = Session::with_store(store.clone());
    drop(session.set(Tokens::new("kept")));
    assert_eq!(session.state(), SessionState::LoggedIn);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        session.set(Tokens::new("kept")).await.unwrap();
        let next = Session::with_store(store);
        assert_eq!(next.load().await.unwrap(), SessionState::LoggedIn);
        assert_eq!(next.tokens().unwrap().access_token().unwrap().secret(), "kept");
    });
    session.clear();
    assert_eq!(session.state(), SessionState::LoggedOut);
}
