//! Tests processes that share one store: they send one refresh per expired token, and each process uses the tokens that
//! another process has stored. Each test simulates the processes with clients that share only a [`FakeStore`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use afresh::refresh::RefreshContext;
use afresh::{Client, FileStore, MemoryStore, Refresher, Result, SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use serde_json::json;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, Shop, builder, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::simulated_processes::{guarded, process, tokens_of, two};
use crate::transports::ConnectTo;
use crate::waiting::{done, next_event, settled};

/// R4: two processes refresh in turn, and each refresh returns the same access token with a new refresh token. Each
/// process uses the refresh token that the other process received.
#[tokio::test(start_paused = true)]
async fn processes_share_each_new_refresh_token_of_the_same_access_token() {
    let world = World::with(AuthorityConfig { repeats_access: true, ..AuthorityConfig::default() });
    let store = FakeStore::new();
    let both = two(&world, &store).await;
    for _ in 0..3 {
        for shop in &both {
            shop.session().refresh().await.unwrap();
        }
    }
    for shop in &both {
        assert_eq!(shop.session().load().await.unwrap(), SessionState::LoggedIn);
    }
    let [first, second] = both.map(|shop| shop.session().tokens().unwrap());
    assert_eq!(first.refresh_token().unwrap().secret(), second.refresh_token().unwrap().secret());
}

/// R1: if fifty calls in each of two processes are refused at the same time, the two processes together send only one
/// refresh per expired token.
#[tokio::test(start_paused = true)]
async fn processes_that_are_refused_at_once_send_one_refresh() {
    let world = guarded();
    let store = FakeStore::new();
    let both = two(&world, &store).await;
    for expiry in 1..=20 {
        world.authority.expire();
        let calls =
            both.iter().flat_map(|shop| (0..50).map(|_| tokio::spawn(shop.order(7)))).collect::<Vec<_>>();
        for call in calls {
            done(call).await.unwrap();
        }
        world.authority.assert_refreshes(expiry);
    }
    world.authority.assert_max_concurrent_refreshes(1);
}

/// R1, S4: several processes on different threads together send only one refresh per expired token, both with a
/// `FileStore` and with a `MemoryStore`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_with_a_file_store_send_one_refresh_for_each_expiry() {
    let folder = std::env::temp_dir().join(format!("afresh-peers-{}", std::process::id()));
    let memory = MemoryStore::new();
    for in_a_file in [true, false] {
        let world = guarded();
        let start = || {
            let builder = builder(&world);
            let builder = if in_a_file {
                builder.store(FileStore::new(folder.join("s")))
            } else {
                builder.store(memory.clone())
            };
            builder.build().unwrap()
        };
        start().session().set(tokens(&world.authority.issue())).await.unwrap();
        let all: Vec<_> = (0..4).map(|_| start()).collect();
        for _ in 0..5 {
            world.authority.expire();
            let calls = all.iter().flat_map(|shop| (0..10).map(|_| tokio::spawn(shop.order(7))));
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap().unwrap();
            }
        }
        world.authority.assert_refreshes(5);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// R2, G5: if another process has stored newer tokens, a refused call is sent again with these tokens, and no refresh
/// starts.
#[tokio::test(start_paused = true)]
async fn tokens_of_another_process_are_adopted() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    let mut events = two.session().events();
    world.authority.expire();
    one.order(7).await.unwrap();
    two.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    world.stage.assert_sends(4);
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 2)));
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::Adopted)));
    assert!(events.try_next().is_none());
}

/// R2: if the store reports new tokens, the client uses them immediately, without waiting for a refused call.
#[tokio::test(start_paused = true)]
async fn a_change_that_the_store_reports_is_adopted_at_once() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    one.order(7).await.unwrap();
    store.tell();
    settled().await;
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 2)));
    two.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    world.stage.assert_sends(3);
    one.logout().await.unwrap();
    store.tell();
    settled().await;
    assert_eq!(two.session().state(), SessionState::LoggedOut);
}

/// R2: if another process has replaced the refresh token, a rejection of the old refresh token does not end the
/// session. The next refresh sends the newer refresh token.
#[tokio::test(start_paused = true)]
async fn the_rejection_of_a_replaced_refresh_token_does_not_end_the_session() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    let newer = world.authority.issue();
    let mut record = store.record();
    record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
    record["session"]["refresh"] = json!(newer.refresh);
    store.put(record.to_string().as_bytes());
    exchange.answer(Answer::json(400, json!({ "error": "invalid_grant" })));

    let error = done(call).await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    world.authority.open(Role::Refresh);
    tokio::time::advance(Duration::from_secs(60)).await;
    shop.order(7).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// R10: if the store has lost its last write, the process with the newer session stores that session again. A store can
/// lose writes if its server is restored from a snapshot.
#[tokio::test(start_paused = true)]
async fn a_store_that_lost_its_last_write_gets_it_again() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, peer] = two(&world, &store).await;
    let (revision, record) = (store.revision(), store.bytes());
    world.authority.expire();
    shop.order(7).await.unwrap();
    let newest = store.access();
    store.restore(revision, record);
    assert_ne!(store.access(), newest);
    shop.session().load().await.unwrap();
    settled().await;
    assert_eq!(store.access(), newest);
    peer.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// P3, R1: processes that share a refresh cookie together send only one refresh per expired token.
#[tokio::test(start_paused = true)]
async fn a_refresh_cookie_is_shared_too() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    let start =
        || CookieShopClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone()).build().unwrap();
    start().login(&ANN).await.unwrap();
    let both = [start(), start()];
    for expiry in 1..=5 {
        world.authority.expire();
        let calls =
            both.iter().flat_map(|shop| (0..10).map(|_| tokio::spawn(shop.order(7)))).collect::<Vec<_>>();
        for call in calls {
            done(call).await.unwrap();
        }
        world.authority.assert_refreshes(expiry);
    }
}

/// A refresher that needs no login and counts how many times it is called.
#[derive(Clone, Default)]
struct Service(Arc<AtomicUsize>);

impl Refresher for Service {
    async fn refresh(&self, _: RefreshContext<'_>) -> Result<Tokens> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Tokens::new(format!("token-{number}")).with_lifetime(Duration::from_hours(1)))
    }

    fn can_refresh(&self, _: Option<&Tokens>) -> bool {
        true
    }
}

/// R1, K4: processes that do not need a login share one token request per expiration.
#[tokio::test(start_paused = true)]
async fn tokens_without_a_login_are_fetched_once_for_all_processes() {
    let world = World::new();
    let (store, service) = (FakeStore::new(), Service::default());
    let fleet: Vec<Client> = (0..3)
        .map(|_| {
            let builder = Client::builder(ORIGIN).connect_to(world.clone());
            builder.store(store.clone()).refresher(service.clone()).build().unwrap()
        })
        .collect();
    for hour in 1..=3 {
        let newest = format!("token-{hour}");
        world.stage.respond(move |seen| if seen.token() == Some(&newest) { 200 } else { 401 });
        let calls = fleet.iter().flat_map(|client| {
            (0..5).map(|_| {
                let request =
                    reqwest::Request::new(http::Method::GET, format!("{ORIGIN}/x").parse().unwrap());
                let client = client.clone();
                tokio::spawn(async move { client.execute(request).await })
            })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(done(call).await.unwrap().status(), 200);
        }
        assert_eq!(service.0.load(Ordering::SeqCst), hour);
        tokio::time::advance(Duration::from_hours(2)).await;
    }
}

/// R1, S1, S2: even if store operations fail at random, no refresh token is sent more than once. Once the store has
/// recovered, all processes work again.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_at_random_keeps_the_session() {
    for seed in 0..40 {
        let world = guarded();
        let store = FakeStore::new();
        let mut dice = fastrand::Rng::with_seed(seed);
        let [one, two] = two(&world, &store).await;
        let all = [one, two, process(&world, &store)];
        for _ in 0..60 {
            match dice.u8(0..10) {
                0 | 1 => world.authority.expire(),
                2 => store.next(Operation::Swap, Fault::Fail),
                3 => store.next(Operation::Swap, Fault::FailAfter),
                4 => store.next(dice.choice([Operation::Load, Operation::Lock]).unwrap(), Fault::Fail),
                5 => store.next(
                    dice.choice([Operation::Load, Operation::Swap, Operation::Lock]).unwrap(),
                    Fault::Hang,
                ),
                6 => store.tell(),
                7 => tokio::time::sleep(Duration::from_secs(dice.u64(0..30))).await,
                _ => drop(tokio::spawn(all[dice.usize(0..3)].order(7))),
            }
            if dice.bool() {
                settled().await;
            }
        }
        tokio::time::sleep(Duration::from_mins(10)).await;
        world.authority.expire();
        for _ in 0..20 {
            for shop in &all {
                let _ = shop.order(7).await;
            }
            tokio::time::sleep(Duration::from_mins(2)).await;
        }
        for shop in &all {
            shop.order(7).await.unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
            assert_eq!(shop.session().tokens(), all[0].session().tokens(), "seed {seed}");
        }
        assert_eq!(world.authority.max_concurrent_refreshes(), 1, "refreshes at the same time: seed {seed}");
    }
}
