//! One process and its store: the session is read when it is needed, written in order, and never lost to a store that
//! fails.

use std::time::Duration;

use afresh::{FileStore, SessionEvent, SessionState, Tokens};
use afresh_tests::{Conduct, Role, World};
use tokio::runtime::Builder;

use crate::api::{
    ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, happened, order, tokens,
};
use crate::lane::Reaching;
use crate::vault::{Fault, Op, Vault};
use crate::witness::{done, quiet, told};
use afresh_tests::Knobs;

/// A process that starts with what the store holds.
fn process(world: &World, vault: &Vault) -> ShopClient {
    builder(world).store(vault.clone()).build().unwrap()
}

/// A store in which a process of before has left the authority's first tokens.
async fn left_behind(world: &World) -> Vault {
    let vault = Vault::new();
    let shop = process(world, &vault);
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    vault
}

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

/// K5: a hundred calls at the start wait for one look at the store, and then go with what it holds.
#[tokio::test(start_paused = true)]
async fn the_first_calls_wait_for_one_look_at_the_store() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let loads = vault.count(Op::Load);
    let shop = process(&world, &vault);
    let mut events = shop.session().events();
    vault.hold(Op::Load);
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
    quiet().await;
    assert_eq!(world.stage.sends(), 0);
    vault.open(Op::Load);
    for call in calls {
        done(call).await.unwrap();
    }
    assert_eq!((vault.count(Op::Load) - loads, world.authority.posts(), world.stage.sends()), (1, 0, 100));
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 1)));
    assert!(matches!(events.try_next(), Some(SessionEvent::Adopted)));
    assert!(events.try_next().is_none());
}

fn tokens_of(world: &World, number: usize) -> Tokens {
    Tokens::new(world.authority.access(number)).with_refresh(world.authority.refresh(number))
}

/// K5, K6: a store that cannot be read is told to all who wait for it, and is read again by the next call.
#[tokio::test(start_paused = true)]
async fn a_load_that_failed_is_tried_again() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let loads = vault.count(Op::Load);
    let shop = process(&world, &vault);
    vault.hold(Op::Load);
    vault.next(Op::Load, Fault::Fail);
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    quiet().await;
    vault.open(Op::Load);
    for call in calls {
        let error = done(call).await.unwrap_err();
        assert!(error.is_store() && !error.is_no_session(), "{error}");
    }
    assert_eq!((vault.count(Op::Load) - loads, world.stage.sends()), (1, 0));
    shop.order(7).await.unwrap();
}

/// S6: a store that hangs while it is read costs a call 5 s; one that has its token costs it nothing.
#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_block_the_use_of_a_token() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    vault.next(Op::Load, Fault::Hang);
    let start = tokio::time::Instant::now();
    assert!(shop.order(7).await.unwrap_err().is_store());
    assert_eq!(start.elapsed().as_secs(), 5);
    shop.order(7).await.unwrap();
    for op in [Op::Load, Op::Swap, Op::Lock] {
        vault.always(op, Some(Fault::Hang));
    }
    let start = tokio::time::Instant::now();
    shop.order(7).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    world.authority.expire();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_store() || error.is_refresh_busy(), "{error}");
    assert!(start.elapsed() <= Duration::from_secs(15));
    assert_eq!(world.authority.posts(), 0);
}

/// J9: a login while the store is being read is what counts, and what is stored afterwards.
#[tokio::test(start_paused = true)]
async fn a_login_overtakes_the_first_load() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    vault.hold(Op::Load);
    let call = tokio::spawn(shop.order(7));
    quiet().await;
    let login = tokio::spawn({
        let shop = shop.clone();
        async move { shop.login(&ANN).await }
    });
    quiet().await;
    vault.open(Op::Load);
    let fresh = done(login).await.unwrap();
    done(call).await.unwrap();
    assert_eq!(shop.session().tokens(), Some(fresh.clone()));
    assert_eq!(vault.access().as_deref(), Some(fresh.access_token().unwrap().secret()));
}

/// K4: a store that holds a refresh token alone is enough: the first call gets an access token with it.
#[tokio::test(start_paused = true)]
async fn a_stored_refresh_token_is_enough_to_start() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let mut record = vault.record();
    record["session"].as_object_mut().unwrap().remove("access");
    vault.put(record.to_string().as_bytes());
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    assert_eq!((world.authority.posts(), world.stage.sends()), (1, 1));
    assert_eq!(vault.access(), Some(world.authority.access(2)));
}

/// A tool asks whether anybody is logged in, before it makes a call.
#[tokio::test(start_paused = true)]
async fn loading_by_hand_says_how_the_session_stands() {
    let world = guarded();
    let empty = process(&world, &Vault::new());
    assert_eq!(empty.session().load().await.unwrap(), SessionState::LoggedOut);
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    vault.next(Op::Load, Fault::Fail);
    assert!(shop.session().load().await.unwrap_err().is_store());
    assert_eq!(shop.session().load().await.unwrap(), SessionState::LoggedIn);
    let without = builder(&world).build().unwrap();
    assert_eq!(without.session().load().await.unwrap(), SessionState::LoggedOut);
}

/// A login is stored before its caller knows of it, a logout too; a new process sees both.
#[tokio::test(start_paused = true)]
async fn a_login_and_a_logout_are_stored_before_they_return() {
    let world = guarded();
    let vault = Vault::new();
    let shop = process(&world, &vault);
    let fresh = shop.login(&ANN).await.unwrap();
    assert_eq!(vault.access().as_deref(), Some(fresh.access_token().unwrap().secret()));
    let next = process(&world, &vault);
    next.order(7).await.unwrap();
    shop.logout().await.unwrap();
    assert!(vault.record()["session"].is_null());
    assert!(process(&world, &vault).order(7).await.unwrap_err().is_no_session());
}

/// A login that cannot be stored says so, and is in effect all the same: it is stored as soon as that is possible.
#[tokio::test(start_paused = true)]
async fn a_login_that_cannot_be_stored_says_so_and_is_stored_later() {
    let world = guarded();
    let vault = Vault::new();
    let shop = process(&world, &vault);
    let mut events = shop.session().events();
    vault.always(Op::Swap, Some(Fault::Fail));
    assert!(shop.login(&ANN).await.unwrap_err().is_store());
    shop.order(7).await.unwrap();
    assert!(matches!(told(&mut events).await, Some(SessionEvent::LoggedIn)));
    assert!(matches!(told(&mut events).await, Some(SessionEvent::StoreFailed(_))));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(events.try_next().is_none(), "told once");
    vault.always(Op::Swap, None);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(vault.access(), Some(world.authority.access(1)));
}

/// S5: changes made faster than the store takes them leave the last one there.
#[tokio::test(start_paused = true)]
async fn an_older_write_does_not_overtake_a_newer_one() {
    let world = guarded();
    let vault = Vault::new();
    let shop = process(&world, &vault);
    vault.hold(Op::Swap);
    for number in 0..5 {
        drop(shop.session().set(Tokens::new(format!("token-{number}"))));
        quiet().await;
    }
    drop(shop.session().clear());
    let last = shop.session().set(Tokens::new("last"));
    vault.open(Op::Swap);
    last.await.unwrap();
    quiet().await;
    assert_eq!(vault.access().as_deref(), Some("last"));
    assert_eq!(vault.history().len(), 2, "what was outdated before it could be written was not");
}

/// Tokens that a client is built with, outside of any runtime too, are a login: they are stored in place of others.
#[test]
fn tokens_given_to_the_builder_take_the_place_of_what_is_stored() {
    let world = guarded();
    let vault = Vault::new();
    let given = tokens(&world.authority.issue());
    let shop = builder(&world).store(vault.clone()).tokens(given).build().unwrap();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        vault.put(br#"{"afresh":1,"session":{"login":"old","generation":9,"access":"old"}}"#);
        shop.order(7).await.unwrap();
        quiet().await;
        assert_eq!(vault.access(), Some(world.authority.access(1)));
    });
}

/// S2: if it cannot be stored that the refresh token is about to be spent, it is not spent.
#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_is_noticed_before_anything_is_spent() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    vault.always(Op::Swap, Some(Fault::Fail));
    world.authority.expire();
    for _ in 0..3 {
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_store() && error.rejection().is_some(), "{error}");
        tokio::time::advance(Duration::from_mins(2)).await;
    }
    assert_eq!(world.authority.posts(), 0);
    vault.always(Op::Swap, None);
    tokio::time::advance(Duration::from_mins(2)).await;
    shop.order(7).await.unwrap();
    assert_eq!(vault.access(), Some(world.authority.access(2)));
    world.authority.assert_nothing_spent_twice();
}

/// S1: the write after the exchange fails: the new tokens are used, the lock is kept, and nothing else is refreshed until
/// they are stored.
#[tokio::test(start_paused = true)]
async fn rotated_tokens_that_cannot_be_stored_are_kept_and_stored_later() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    let mut events = shop.session().events();
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    vault.always(Op::Swap, Some(Fault::Fail));
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await.unwrap();
    quiet().await;
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    assert_eq!(happened(&mut events), ["refreshed", "something else"]);
    let peer = tokio::spawn({
        let vault = vault.clone();
        async move { vault.locked().await }
    });
    quiet().await;
    assert!(!peer.is_finished(), "nobody else may refresh meanwhile");

    world.authority.expire();
    assert!(shop.order(7).await.unwrap_err().is_store());
    assert_eq!(world.authority.posts(), 1, "a secret that is not stored is not spent");
    vault.always(Op::Swap, None);
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(vault.access(), Some(world.authority.access(2)));
    drop(done(peer).await);
    shop.order(7).await.unwrap();
    assert_eq!(vault.access(), Some(world.authority.access(3)));
    world.authority.assert_nothing_spent_twice();
}

/// S1: a write that was made although it failed is found, and taken for what it is.
#[tokio::test(start_paused = true)]
async fn a_write_that_succeeded_unknown_to_us_is_no_harm() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    for number in 2..6 {
        world.authority.expire();
        vault.next(Op::Swap, Fault::FailAfter);
        assert!(shop.order(7).await.unwrap_err().is_store(), "the intent");
        tokio::time::advance(Duration::from_mins(2)).await;
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        vault.next(Op::Swap, Fault::FailAfter);
        exchange.release();
        world.authority.open(Role::Refresh);
        done(call).await.unwrap();
        shop.session().load().await.unwrap();
        assert_eq!(vault.access(), Some(world.authority.access(number)));
        assert_eq!(shop.session().tokens(), Some(tokens_of(&world, number)));
        assert!(vault.record()["intent"].is_null());
    }
    world.authority.assert_nothing_spent_twice();
}

/// S3: a process that ended between the exchange and the write leaves word of it: the next one tries once, and says what
/// happened.
#[tokio::test(start_paused = true)]
async fn a_crash_between_the_answer_and_the_write_is_an_honest_loss() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let crashed = Builder::new_current_thread().enable_all().build().unwrap();
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = crashed.spawn(shop.order(7));
    let world_of_it = world.clone();
    let (world_back, crashed) = tokio::task::spawn_blocking(move || {
        let exchange = crashed.block_on(world_of_it.authority.parked(Role::Refresh));
        std::mem::forget(exchange);
        (world_of_it, crashed)
    })
    .await
    .unwrap();
    crashed.shutdown_background();
    let _ = call.await;
    drop(shop);
    world_back.authority.open(Role::Refresh);
    assert!(vault.record()["intent"].is_object());

    let next = process(&world, &vault);
    assert!(next.order(7).await.unwrap_err().is_rotation_lost());
    assert!(next.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(world.authority.posts(), 2, "tried once");
    quiet().await;
    assert!(vault.record()["session"].is_null() && vault.record()["intent"].is_null());
}

/// S3: if no answer came, the word stays; a refresh that failed with an answer takes it back.
#[tokio::test(start_paused = true)]
async fn the_intent_stays_only_as_long_as_the_secret_is_in_doubt() {
    for (conduct, stays) in [(Conduct::lose_before(), true), (Conduct::instead(503), false)] {
        let world = guarded();
        let vault = left_behind(&world).await;
        let shop = process(&world, &vault);
        world.authority.expire();
        world.authority.always(Role::Refresh, conduct);
        shop.order(7).await.unwrap_err();
        quiet().await;
        assert_eq!(vault.record()["intent"].is_object(), stays);
        world.authority.always(Role::Refresh, Conduct::Honest);
        tokio::time::advance(Duration::from_mins(2)).await;
        shop.order(7).await.unwrap();
        assert!(vault.record()["intent"].is_null());
        world.authority.assert_nothing_spent_twice();
    }
}

/// S7: what is no session is an error for everybody, and stays as it is: a login does not overwrite it either.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_an_error_and_stays() {
    let world = guarded();
    for garbage in [&b"garbage"[..], b"{}", br#"{"afresh":9,"session":null}"#, b"\xff\x00", br#"{"afresh":1"#]
    {
        let vault = Vault::new();
        vault.put(garbage);
        let shop = process(&world, &vault);
        assert!(shop.order(7).await.unwrap_err().is_store());
        assert!(shop.session().load().await.unwrap_err().is_store());
        assert!(shop.login(&ANN).await.unwrap_err().is_store());
        assert_eq!(vault.bytes(), garbage);
        shop.order(7).await.unwrap();
    }
}

/// G6, D15: a refusal for good clears the store; a login of another process is then found by the next call, and the store
/// is looked at once a second at most.
#[tokio::test(start_paused = true)]
async fn an_expired_session_is_cleared_and_a_new_login_elsewhere_is_found() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    quiet().await;
    assert!(vault.record()["session"].is_null());
    let loads = vault.count(Op::Load);
    tokio::time::advance(Duration::from_secs(1)).await;
    for _ in 0..50 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    assert_eq!((vault.count(Op::Load) - loads, world.authority.posts()), (1, 1));
    process(&world, &vault).login(&ANN).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    shop.order(7).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// F6: with no handle left, the exchange is made and stored, and then nothing is left.
#[tokio::test(start_paused = true)]
async fn without_any_handle_the_refresh_is_stored() {
    let world = guarded();
    let vault = left_behind(&world).await;
    let shop = process(&world, &vault);
    shop.order(7).await.unwrap();
    let mut events = shop.session().events();
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    call.abort();
    drop(shop);
    exchange.release();
    while let Some(event) = told(&mut events).await {
        assert!(matches!(event, SessionEvent::Refreshed));
    }
    assert_eq!(vault.access(), Some(world.authority.access(2)));
}

/// P3: cookies of a session are stored too, those that an ordinary answer changes as well.
#[tokio::test(start_paused = true)]
async fn cookies_are_stored_with_the_session() {
    let world = World::with(Knobs::seed());
    let vault = Vault::new();
    let start =
        || CookieShopClient::builder(ORIGIN).reaching(world.clone()).store(vault.clone()).build().unwrap();
    start().login(&ANN).await.unwrap();
    let shop = start();
    let call = tokio::spawn(shop.order(7));
    let extra = afresh_tests::Answer::json(200, serde_json::json!({ "id": 7 }))
        .header("set-cookie", "seen=1; Path=/");
    world.stage.arrival().await.answer_with(extra);
    done(call).await.unwrap();
    quiet().await;
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    let next = start();
    next.order(7).await.unwrap();
    assert_eq!(world.authority.posts(), 1);
    assert!(world.stage.log().last().unwrap().cookie("seen").is_some());
    world.authority.assert_nothing_spent_twice();
}

/// S4: with a real file: a tool that is started again goes on where it was, and refreshes when it must.
#[tokio::test]
async fn a_tool_stays_logged_in_between_its_runs() {
    let folder = std::env::temp_dir().join(format!("afresh-runs-{}", std::process::id()));
    let world = guarded();
    let start = || builder(&world).store(FileStore::new(folder.join("session"))).build().unwrap();
    start().login(&ANN).await.unwrap();
    for _ in 0..3 {
        start().order(7).await.unwrap();
        world.authority.expire();
    }
    start().order(7).await.unwrap();
    assert_eq!((world.authority.logins(), world.authority.posts()), (1, 3));
    start().logout().await.unwrap();
    assert_eq!(start().session().load().await.unwrap(), SessionState::LoggedOut);
    world.authority.assert_nothing_spent_twice();
    std::fs::remove_dir_all(folder).unwrap();
}
