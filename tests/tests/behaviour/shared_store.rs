//! Tests processes that share one store. Each test simulates the processes with clients that share only a
//! [`FakeStore`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use afresh::refresh::RefreshContext;
use afresh::{Client, FileStore, MemoryStore, Refresher, Result, SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::transports::ConnectTo;
use crate::waiting::{done, next_event, settled};

fn process(world: &World, store: &FakeStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

/// Returns two clients that have both loaded the first tokens issued by the server.
async fn two(world: &World, store: &FakeStore) -> [ShopClient; 2] {
    let both = [(); 2].map(|()| process(world, store));
    both[0].session().set(tokens(&world.authority.issue())).await.unwrap();
    both[1].session().load().await.unwrap();
    both
}

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

fn tokens_of(world: &World, number: usize) -> Tokens {
    Tokens::new(world.authority.access(number)).with_refresh(world.authority.refresh(number))
}

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

/// R2: if another process stores new tokens while a refresh waits for the lock, the refresh does not send a request.
#[tokio::test(start_paused = true)]
async fn new_tokens_end_a_refresh_that_waits_for_the_lock() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(two.order(7));
    settled().await;
    store.hold(Operation::Load);
    exchange.release();
    done(first).await.unwrap();
    store.tell();
    store.open(Operation::Load);
    done(second).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R4: a refresh acquires the store's lock before it loads the refresh token, and holds the lock until it has stored
/// the new tokens.
#[tokio::test(start_paused = true)]
async fn the_lock_covers_reading_the_refresh_and_writing() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    for op in [Operation::Load, Operation::Swap] {
        store.hold(op);
        let call = tokio::spawn(shop.order(7));
        settled().await;
        assert!(tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(), "{op:?}");
        world.authority.hold(Role::Refresh);
        store.open(op);
        let exchange = world.authority.parked(Role::Refresh).await;
        assert!(
            tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(),
            "during the request"
        );
        store.hold(Operation::Swap);
        exchange.release();
        world.authority.open(Role::Refresh);
        settled().await;
        assert!(
            tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(),
            "during the write"
        );
        assert!(!call.is_finished(), "no call uses the new tokens before they are stored");
        store.open(Operation::Swap);
        done(call).await.unwrap();
        drop(store.locked().await);
        world.authority.expire();
    }
}

/// R5: a process that cannot get the lock does not refresh, and its calls fail with an error for which
/// `is_refresh_busy` returns `true`.
#[tokio::test(start_paused = true)]
async fn without_the_lock_there_is_no_refresh() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    let lock = store.locked().await;
    let start = Instant::now();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy() && error.is_refresh(), "{error}");
    assert_eq!(start.elapsed().as_secs(), 8);
    world.authority.assert_refreshes(0);
    drop(lock);
    tokio::time::advance(Duration::from_mins(2)).await;
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R5: if waiting for the lock times out, but another process has stored new tokens, the client uses these tokens.
#[tokio::test(start_paused = true)]
async fn a_lock_timeout_is_not_an_error_if_there_are_new_tokens() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    one.order(7).await.unwrap();
    let _lock = store.locked().await;
    two.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R3, R10: if a process's lease expires during a refresh, the process does not overwrite newer tokens in the store,
/// but uses them.
#[tokio::test(start_paused = true)]
async fn a_process_whose_lease_expired_does_not_overwrite() {
    let world = World::with(AuthorityConfig { reuse_ends_session: false, ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.expire_lock();
    let mut record = store.record();
    let other = world.authority.issue();
    record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
    record["session"]["access"] = json!(other.access);
    record["session"]["refresh"] = json!(other.refresh);
    record.as_object_mut().unwrap().remove("intent");
    store.put(record.to_string().as_bytes());
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await.unwrap();
    settled().await;
    assert_eq!(store.access(), Some(other.access.clone()));
    assert_eq!(shop.session().tokens(), Some(tokens(&other)));
}

/// R3: if the lease has expired but no other process has written to the store, the process stores its new tokens,
/// because no other tokens are valid.
#[tokio::test(start_paused = true)]
async fn a_process_whose_lease_expired_unnoticed_stores_its_tokens() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.expire_lock();
    exchange.release();
    done(call).await.unwrap();
    settled().await;
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    assert_eq!(store.access(), Some(world.authority.access(2)));
    assert!(store.record()["intent"].is_null());
}

/// I8, R3: after a lost response, a refresh token is not sent again if another process might have used it. If the store
/// contains newer tokens, the client uses those tokens.
#[tokio::test(start_paused = true)]
async fn a_token_that_another_process_may_have_spent_is_not_presented_again() {
    for stored in [true, false] {
        let world = guarded();
        let store = FakeStore::new();
        let [shop, _] = two(&world, &store).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        store.expire_lock();
        let other = world.authority.issue();
        if stored {
            let mut record = store.record();
            record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
            record["session"]["access"] = json!(other.access);
            record["session"]["refresh"] = json!(other.refresh);
            store.put(record.to_string().as_bytes());
        }
        exchange.answer(Answer::reset());
        let called = done(call).await;
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {stored}");
        if stored {
            called.unwrap();
            assert_eq!(shop.session().tokens(), Some(tokens(&other)));
        } else {
            assert!(called.unwrap_err().is_refresh());
        }
    }
}

/// R7: if the lease expires before the refresh token is sent, the process acquires the lock again. No refresh token is
/// sent without a valid lease.
#[tokio::test(start_paused = true)]
async fn no_token_is_spent_under_an_expired_lease() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    store.expire_leases(1);
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert_eq!(store.count(Operation::Lock), 2, "acquired locks");

    world.authority.expire();
    store.expire_leases(usize::MAX);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy(), "{error}");
    world.authority.assert_refreshes(1);
}

/// R7, G4: if a process's lease expires before the refresh token is sent, the process later finds the intent to refresh
/// that it has stored itself. The process does not treat its own record of a started refresh as a sign of a lost
/// response. If the server rejects the refresh token, the error reports an expired session, and `is_rotation_lost`
/// returns `false`.
#[tokio::test(start_paused = true)]
async fn a_processs_own_intent_does_not_mean_a_lost_rotation() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.revoke();
    store.expire_leases(1);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_session_expired() && !error.is_rotation_lost(), "{error:?}");
    world.authority.assert_refreshes(1);
    assert_eq!(store.count(Operation::Lock), 2, "acquired locks");
}

/// R4, R10: a refresh acquires the lock once, loads the session once, and makes two writes: one that records the
/// started refresh, and one with the new tokens.
#[tokio::test(start_paused = true)]
async fn a_refresh_locks_once_reads_once_and_writes_twice() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    let count = || [Operation::Lock, Operation::Load, Operation::Swap].map(|op| store.count(op));
    for _ in 0..3 {
        let before = count();
        world.authority.expire();
        shop.order(7).await.unwrap();
        settled().await;
        let after = count();
        assert_eq!(
            [after[0] - before[0], after[1] - before[1], after[2] - before[2]],
            [1, 1, 2],
            "locks, loads and swaps of one refresh"
        );
    }
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

/// J1, S5: if the user logs out while the client is recording in the store that a refresh is about to start, the
/// refresh token is not sent.
#[tokio::test(start_paused = true)]
async fn a_logout_before_the_refresh_is_sent_spends_no_token() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    store.hold(Operation::Swap);
    let call = tokio::spawn(shop.order(7));
    settled().await;
    let parting = tokio::spawn(shop.session().clear().into_future());
    settled().await;
    store.open(Operation::Swap);
    assert!(done(call).await.is_err());
    done(parting).await.unwrap();
    world.authority.assert_refreshes(0);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    assert!(store.record()["session"].is_null(), "{}", store.record());
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

/// R9: a store without locks can be used, and one event reports that locks are missing.
#[tokio::test(start_paused = true)]
async fn a_store_without_locks_is_used_and_reported_once() {
    let world = guarded();
    let store = FakeStore::new();
    store.without_locks();
    let [shop, _] = two(&world, &store).await;
    let mut events = shop.session().events();
    for _ in 0..3 {
        world.authority.expire();
        shop.order(7).await.unwrap();
    }
    let reported = std::iter::from_fn(|| events.try_next());
    assert_eq!(reported.filter(|event| matches!(event, SessionEvent::Uncoordinated)).count(), 1);
}

/// G5, G6: if a store has no locks, two processes can send the same refresh token. The process whose refresh is refused
/// uses the other process's new tokens.
#[tokio::test(start_paused = true)]
async fn without_locks_the_loser_of_a_race_adopts_the_winners_tokens() {
    let world = World::with(AuthorityConfig { reuse_ends_session: false, ..AuthorityConfig::default() });
    // One process sends a refresh token that the other process has already used.
    world.authority.expect_reuses(1);
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    store.without_locks();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let winner = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(two.order(7));
    let loser = world.authority.parked(Role::Refresh).await;
    winner.release();
    done(first).await.unwrap();
    loser.release();
    done(second).await.unwrap();
    settled().await;
    for shop in [&one, &two] {
        assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    }
    assert_eq!(store.access(), Some(world.authority.access(2)));
}

/// J10: if a different user logs in from another process, calls in this process neither refresh the session nor use the
/// new login until the program loads the session from the store.
#[tokio::test(start_paused = true)]
async fn another_users_login_is_neither_refreshed_nor_adopted() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    let other = one.login(&ANN).await.unwrap();
    two.order(7).await.unwrap();
    world.authority.expire();
    let error = two.order(7).await.unwrap_err();
    assert!(error.is_superseded(), "{error}");
    world.authority.assert_refreshes(0);
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 1)));
    assert_eq!(store.access().as_deref(), Some(other.access_token().unwrap().secret()));
    assert_eq!(two.session().load().await.unwrap(), SessionState::LoggedIn);
    two.order(7).await.unwrap();
    one.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// J1, G6: after a logout in one process, the session in another process ends at its next refresh, and the store stays
/// empty.
#[tokio::test(start_paused = true)]
async fn another_processs_logout_ends_the_session() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    let mut events = two.session().events();
    one.logout().await.unwrap();
    world.authority.expire();
    assert!(two.order(7).await.unwrap_err().is_no_session());
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedOut)));
    world.authority.assert_refreshes(0);
    assert_eq!(two.session().state(), SessionState::LoggedOut);
    assert!(store.record()["session"].is_null());
    one.login(&ANN).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    two.order(7).await.unwrap();
}

/// J1, J2: after a logout during a refresh, the store contains no session, even if a store operation was in progress at
/// the time of the logout.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_leaves_nothing_in_the_store() {
    for op in [None, Some(Operation::Lock), Some(Operation::Load), Some(Operation::Swap)] {
        let world = guarded();
        let store = FakeStore::new();
        let [shop, _] = two(&world, &store).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        if let Some(op) = op {
            store.hold(op);
        }
        let call = tokio::spawn(shop.order(7));
        settled().await;
        let cleared = shop.session().clear();
        assert!(done(call).await.unwrap_err().is_no_session());
        if let Some(op) = op {
            store.open(op);
        }
        world.authority.open(Role::Refresh);
        cleared.await.unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(store.record()["session"].is_null(), "{op:?}");
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

/// J2: if the user logs out while new tokens are being written to the store, no session remains in the store.
#[tokio::test(start_paused = true)]
async fn a_logout_while_new_tokens_are_stored_leaves_nothing_in_the_store() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.hold(Operation::Swap);
    exchange.release();
    settled().await;
    let cleared = shop.session().clear();
    store.open(Operation::Swap);
    cleared.await.unwrap();
    assert!(done(call).await.unwrap_err().is_no_session());
    settled().await;
    assert!(store.record()["session"].is_null());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
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
