//! Several processes and one store: two clients that share nothing but a [`Vault`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use afresh::{
    Client, FileStore, MemoryStore, RefreshContext, Refresher, Result, SessionEvent, SessionState, Tokens,
};
use afresh_tests::{Answer, Knobs, Role, World};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, order, tokens};
use crate::lane::Reaching;
use crate::vault::{Fault, Op, Vault};
use crate::witness::{done, quiet, told};

fn process(world: &World, vault: &Vault) -> ShopClient {
    builder(world).store(vault.clone()).build().unwrap()
}

/// Two processes that have both read the authority's first tokens.
async fn two(world: &World, vault: &Vault) -> [ShopClient; 2] {
    let both = [(); 2].map(|()| process(world, vault));
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

/// R1: two processes with fifty calls each are refused at once, again and again: one exchange for each expiry.
#[tokio::test(start_paused = true)]
async fn processes_that_are_refused_at_once_make_one_exchange() {
    let world = guarded();
    let vault = Vault::new();
    let both = two(&world, &vault).await;
    for expiry in 1..=20 {
        world.authority.expire();
        let calls =
            both.iter().flat_map(|shop| (0..50).map(|_| tokio::spawn(shop.order(7)))).collect::<Vec<_>>();
        for call in calls {
            done(call).await.unwrap();
        }
        assert_eq!(world.authority.posts(), expiry);
    }
    assert_eq!(world.authority.most_at_once(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// R1, S4: the same on threads, with a real file and with a store in memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_over_a_file_make_one_exchange_for_each_expiry() {
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
        assert_eq!(world.authority.posts(), 5);
        world.authority.assert_nothing_spent_twice();
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// R2, G5: what another process got is taken over without a request of our own, and the call is sent again with it.
#[tokio::test(start_paused = true)]
async fn what_another_process_got_is_taken_over() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    let mut events = two.session().events();
    world.authority.expire();
    one.order(7).await.unwrap();
    two.order(7).await.unwrap();
    assert_eq!((world.authority.posts(), world.stage.sends()), (1, 4));
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 2)));
    assert!(matches!(told(&mut events).await, Some(SessionEvent::Adopted)));
    assert!(events.try_next().is_none());
    world.authority.assert_nothing_spent_twice();
}

/// R2: a store that tells of changes is believed at once, before any call is refused.
#[tokio::test(start_paused = true)]
async fn a_change_that_the_store_tells_of_is_taken_over_at_once() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    world.authority.expire();
    one.order(7).await.unwrap();
    vault.tell();
    quiet().await;
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 2)));
    two.order(7).await.unwrap();
    assert_eq!((world.authority.posts(), world.stage.sends()), (1, 3));
    one.logout().await.unwrap();
    vault.tell();
    quiet().await;
    assert_eq!(two.session().state(), SessionState::LoggedOut);
}

/// R2: a flight that waits for the lock while the news arrives spends nothing.
#[tokio::test(start_paused = true)]
async fn news_that_arrive_while_a_refresh_waits_for_the_lock_end_it() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(two.order(7));
    quiet().await;
    vault.hold(Op::Load);
    exchange.release();
    done(first).await.unwrap();
    vault.tell();
    vault.open(Op::Load);
    done(second).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// R4: the lock is held from before the secret is read until its successor is stored.
#[tokio::test(start_paused = true)]
async fn the_lock_spans_reading_the_exchange_and_writing() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    for op in [Op::Load, Op::Swap] {
        vault.hold(op);
        let call = tokio::spawn(shop.order(7));
        quiet().await;
        assert!(tokio::time::timeout(Duration::from_millis(1), vault.locked()).await.is_err(), "{op:?}");
        world.authority.hold(Role::Refresh);
        vault.open(op);
        let exchange = world.authority.parked(Role::Refresh).await;
        assert!(tokio::time::timeout(Duration::from_millis(1), vault.locked()).await.is_err(), "exchange");
        vault.hold(Op::Swap);
        exchange.release();
        world.authority.open(Role::Refresh);
        quiet().await;
        assert!(tokio::time::timeout(Duration::from_millis(1), vault.locked()).await.is_err(), "write");
        assert!(!call.is_finished(), "nobody sees what is not stored");
        vault.open(Op::Swap);
        done(call).await.unwrap();
        drop(vault.locked().await);
        world.authority.expire();
    }
}

/// R5: who does not get the lock does not refresh, and says why; what was stored meanwhile is taken over.
#[tokio::test(start_paused = true)]
async fn without_the_lock_nobody_refreshes() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    let lock = vault.locked().await;
    let start = Instant::now();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy() && error.is_refresh(), "{error}");
    assert_eq!((start.elapsed().as_secs(), world.authority.posts()), (8, 0));
    drop(lock);
    tokio::time::advance(Duration::from_mins(2)).await;
    shop.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
}

/// R5: while the lock is waited for in vain, another process's tokens arrive.
#[tokio::test(start_paused = true)]
async fn a_lock_that_is_waited_for_in_vain_is_no_harm_if_there_are_new_tokens() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    world.authority.expire();
    one.order(7).await.unwrap();
    let _lock = vault.locked().await;
    two.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
}

/// R3, R10: whose lease ran out while it slept finds that the store takes nothing of it under that lease: what others
/// stored meanwhile stays, and is taken over.
#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_through_its_lease_does_not_overwrite() {
    let world = World::with(Knobs { reuse_kills_family: false, ..Knobs::default() });
    world.guard_with(403, |_| order(7));
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    vault.outlive_lock();
    let mut record = vault.record();
    let other = world.authority.issue();
    record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
    record["session"]["access"] = json!(other.access);
    record["session"]["refresh"] = json!(other.refresh);
    record.as_object_mut().unwrap().remove("intent");
    vault.put(record.to_string().as_bytes());
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await.unwrap();
    quiet().await;
    assert_eq!(vault.access(), Some(other.access.clone()));
    assert_eq!(shop.session().tokens(), Some(tokens(&other)));
}

/// R3: if nobody has stored anything meanwhile, what it got is the only good secret, and is stored all the same.
#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_alone_loses_nothing() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    vault.outlive_lock();
    exchange.release();
    done(call).await.unwrap();
    quiet().await;
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    assert_eq!(vault.access(), Some(world.authority.access(2)));
    assert!(vault.record()["intent"].is_null());
}

/// I8, R3: a secret whose answer was lost is not presented again if another process has stored a newer one meanwhile: that is
/// taken over. Nor if another has the lock by now, and may be about to spend it.
#[tokio::test(start_paused = true)]
async fn what_another_process_may_have_spent_is_not_presented_again() {
    for stored in [true, false] {
        let world = guarded();
        let vault = Vault::new();
        let [shop, _] = two(&world, &vault).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        vault.outlive_lock();
        let other = world.authority.issue();
        if stored {
            let mut record = vault.record();
            record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
            record["session"]["access"] = json!(other.access);
            record["session"]["refresh"] = json!(other.refresh);
            vault.put(record.to_string().as_bytes());
        }
        exchange.answer(Answer::reset());
        let called = done(call).await;
        assert_eq!(world.authority.posts(), 1, "{stored}");
        if stored {
            called.unwrap();
            assert_eq!(shop.session().tokens(), Some(tokens(&other)));
        } else {
            assert!(called.unwrap_err().is_refresh());
        }
    }
}

/// R7: a lease that ran out before the secret was presented is taken again, and nothing is presented without one.
#[tokio::test(start_paused = true)]
async fn nothing_is_spent_under_a_lease_that_has_run_out() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    vault.spend_leases(1);
    shop.order(7).await.unwrap();
    assert_eq!((world.authority.posts(), vault.count(Op::Lock)), (1, 2));

    world.authority.expire();
    vault.spend_leases(usize::MAX);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy(), "{error}");
    assert_eq!(world.authority.posts(), 1);
}

/// R7, G4: the intent of a lease that ran out is one's own, and no sign of a secret that others may have spent: if the server
/// refuses it, the session has expired and nothing was lost.
#[tokio::test(start_paused = true)]
async fn an_intent_of_ones_own_is_no_doubt() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.revoke();
    vault.spend_leases(1);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_session_expired() && !error.is_rotation_lost(), "{error:?}");
    assert_eq!((world.authority.posts(), vault.count(Op::Lock)), (1, 2));
}

/// R4, R10: what a refresh costs the store: the lock once, one reading under it, the intent and the new tokens.
#[tokio::test(start_paused = true)]
async fn a_refresh_asks_the_store_for_no_more_than_it_needs() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    let count = || [Op::Lock, Op::Load, Op::Swap].map(|op| vault.count(op));
    for _ in 0..3 {
        let before = count();
        world.authority.expire();
        shop.order(7).await.unwrap();
        quiet().await;
        let after = count();
        assert_eq!([after[0] - before[0], after[1] - before[1], after[2] - before[2]], [1, 1, 2]);
    }
}

/// R2: a refresh token that another process has replaced meanwhile, beside the same access token, may be refused: that ends
/// nothing, and the next refresh presents the new one.
#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_former_secret_is_no_end() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    let newer = world.authority.issue();
    let mut record = vault.record();
    record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
    record["session"]["refresh"] = json!(newer.refresh);
    vault.put(record.to_string().as_bytes());
    exchange.answer(Answer::json(400, json!({ "error": "invalid_grant" })));

    let error = done(call).await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    world.authority.open(Role::Refresh);
    tokio::time::advance(Duration::from_secs(60)).await;
    shop.order(7).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// J1, S5: whoever logs out while it is being stored that the secret is about to be spent spends nothing.
#[tokio::test(start_paused = true)]
async fn a_logout_before_the_exchange_spends_nothing() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    vault.hold(Op::Swap);
    let call = tokio::spawn(shop.order(7));
    quiet().await;
    let parting = tokio::spawn(shop.session().clear().into_future());
    quiet().await;
    vault.open(Op::Swap);
    assert!(done(call).await.is_err());
    done(parting).await.unwrap();
    assert_eq!((world.authority.posts(), shop.session().state()), (0, SessionState::LoggedOut));
    assert!(vault.record()["session"].is_null(), "{}", vault.record());
}

/// R10: a store that lost its last write (a server restored from a snapshot) is told again by whoever knows.
#[tokio::test(start_paused = true)]
async fn a_store_that_lost_its_last_write_is_told_again() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, peer] = two(&world, &vault).await;
    let (revision, record) = (vault.revision(), vault.bytes());
    world.authority.expire();
    shop.order(7).await.unwrap();
    let newest = vault.access();
    vault.restore(revision, record);
    assert_ne!(vault.access(), newest);
    shop.session().load().await.unwrap();
    quiet().await;
    assert_eq!(vault.access(), newest);
    peer.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// R9: a store without locks is used as it is, and that is told once.
#[tokio::test(start_paused = true)]
async fn a_store_without_locks_is_used_and_told_of_once() {
    let world = guarded();
    let vault = Vault::new();
    vault.without_locks();
    let [shop, _] = two(&world, &vault).await;
    let mut events = shop.session().events();
    for _ in 0..3 {
        world.authority.expire();
        shop.order(7).await.unwrap();
    }
    let told = std::iter::from_fn(|| events.try_next());
    assert_eq!(told.filter(|event| matches!(event, SessionEvent::Uncoordinated)).count(), 1);
}

/// G5, G6: without a lock both spend the same secret: the loser takes over what the winner stored, and wipes out nothing.
#[tokio::test(start_paused = true)]
async fn the_loser_of_a_race_takes_over_what_the_winner_got() {
    let world = World::with(Knobs { reuse_kills_family: false, ..Knobs::default() });
    world.guard_with(403, |_| order(7));
    let vault = Vault::new();
    vault.without_locks();
    let [one, two] = two(&world, &vault).await;
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
    quiet().await;
    for shop in [&one, &two] {
        assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    }
    assert_eq!(vault.access(), Some(world.authority.access(2)));
}

/// J10: another process logged in as somebody else: nothing is refreshed and nothing taken over, until that is asked for.
#[tokio::test(start_paused = true)]
async fn somebody_elses_login_is_neither_refreshed_nor_taken_over() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    let other = one.login(&ANN).await.unwrap();
    two.order(7).await.unwrap();
    world.authority.expire();
    let error = two.order(7).await.unwrap_err();
    assert!(error.is_superseded(), "{error}");
    assert_eq!(world.authority.posts(), 0);
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 1)));
    assert_eq!(vault.access().as_deref(), Some(other.access_token().unwrap().secret()));
    assert_eq!(two.session().load().await.unwrap(), SessionState::LoggedIn);
    two.order(7).await.unwrap();
    one.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    world.authority.assert_nothing_spent_twice();
}

/// J1, G6: another process logged out: the session ends here too when it would be refreshed, and the store stays empty.
#[tokio::test(start_paused = true)]
async fn another_processs_logout_ends_the_session_here() {
    let world = guarded();
    let vault = Vault::new();
    let [one, two] = two(&world, &vault).await;
    let mut events = two.session().events();
    one.logout().await.unwrap();
    world.authority.expire();
    assert!(two.order(7).await.unwrap_err().is_no_session());
    assert!(matches!(told(&mut events).await, Some(SessionEvent::LoggedOut)));
    assert_eq!((world.authority.posts(), two.session().state()), (0, SessionState::LoggedOut));
    assert!(vault.record()["session"].is_null());
    one.login(&ANN).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    two.order(7).await.unwrap();
}

/// J1, J2: a logout during the exchange, or while its tokens are being stored, leaves nothing in the store.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_leaves_nothing_in_the_store() {
    for op in [None, Some(Op::Lock), Some(Op::Load), Some(Op::Swap)] {
        let world = guarded();
        let vault = Vault::new();
        let [shop, _] = two(&world, &vault).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        if let Some(op) = op {
            vault.hold(op);
        }
        let call = tokio::spawn(shop.order(7));
        quiet().await;
        let cleared = shop.session().clear();
        assert!(done(call).await.unwrap_err().is_no_session());
        if let Some(op) = op {
            vault.open(op);
        }
        world.authority.open(Role::Refresh);
        cleared.await.unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(vault.record()["session"].is_null(), "{op:?}");
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

/// J2: the same when the new tokens have been handed to the store already.
#[tokio::test(start_paused = true)]
async fn a_logout_while_new_tokens_are_stored_leaves_nothing_in_the_store() {
    let world = guarded();
    let vault = Vault::new();
    let [shop, _] = two(&world, &vault).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    vault.hold(Op::Swap);
    exchange.release();
    quiet().await;
    let cleared = shop.session().clear();
    vault.open(Op::Swap);
    cleared.await.unwrap();
    assert!(done(call).await.unwrap_err().is_no_session());
    quiet().await;
    assert!(vault.record()["session"].is_null());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

/// P3, R1: the refresh secret in a cookie is shared like any other.
#[tokio::test(start_paused = true)]
async fn a_refresh_cookie_is_shared_too() {
    let world = World::with(Knobs::seed());
    world.guard_with(403, |_| order(7));
    let vault = Vault::new();
    let start =
        || CookieShopClient::builder(ORIGIN).reaching(world.clone()).store(vault.clone()).build().unwrap();
    start().login(&ANN).await.unwrap();
    let both = [start(), start()];
    for expiry in 1..=5 {
        world.authority.expire();
        let calls =
            both.iter().flat_map(|shop| (0..10).map(|_| tokio::spawn(shop.order(7)))).collect::<Vec<_>>();
        for call in calls {
            done(call).await.unwrap();
        }
        assert_eq!(world.authority.posts(), expiry);
    }
    world.authority.assert_nothing_spent_twice();
}

/// Gets its tokens without any login, and counts how often.
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

/// R1, K4: processes that need no login get one token between them, for each time that it ends.
#[tokio::test(start_paused = true)]
async fn a_token_that_needs_no_login_is_got_once_for_all_processes() {
    let world = World::new();
    let (vault, service) = (Vault::new(), Service::default());
    let fleet: Vec<Client> = (0..3)
        .map(|_| {
            let builder = Client::builder(ORIGIN).reaching(world.clone());
            builder.store(vault.clone()).refresher(service.clone()).build().unwrap()
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

/// R1, S1, S2: whatever a store does that fails at random, half of the time after it has done what it was asked: no secret
/// is spent twice, and when it works again so does everybody.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_at_random_costs_nobody_the_session() {
    for seed in 0..40 {
        let world = guarded();
        let vault = Vault::new();
        let mut dice = fastrand::Rng::with_seed(seed);
        let [one, two] = two(&world, &vault).await;
        let all = [one, two, process(&world, &vault)];
        for _ in 0..60 {
            match dice.u8(0..10) {
                0 | 1 => world.authority.expire(),
                2 => vault.next(Op::Swap, Fault::Fail),
                3 => vault.next(Op::Swap, Fault::FailAfter),
                4 => vault.next(dice.choice([Op::Load, Op::Lock]).unwrap(), Fault::Fail),
                5 => vault.next(dice.choice([Op::Load, Op::Swap, Op::Lock]).unwrap(), Fault::Hang),
                6 => vault.tell(),
                7 => tokio::time::sleep(Duration::from_secs(dice.u64(0..30))).await,
                _ => drop(tokio::spawn(all[dice.usize(0..3)].order(7))),
            }
            if dice.bool() {
                quiet().await;
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
        assert_eq!(world.authority.most_at_once(), 1, "seed {seed}");
        world.authority.assert_nothing_spent_twice();
    }
}
