//! Callers that go away: a refresh belongs to nobody who waits for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use afresh::{SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, Authority, AuthorityConfig, Role, World};
use futures_util::poll;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use tower::{ServiceExt, service_fn};

use crate::api::{ORIGIN, Shop, ShopClient, builder, customer, happened, order, tokens};
use crate::witness::{done, leave, quiet, told};

/// Nothing of the session's state is left over: one more call finds the second tokens and needs no refresh.
async fn assert_refreshed_once(world: &World, shop: &ShopClient) {
    let second = Tokens::new(world.authority.access(2)).with_refresh(world.authority.refresh(2));
    assert_eq!(shop.session().tokens(), Some(second));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    world.guard_with(403, |_| order(7));
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    world.authority.assert_refreshes(1);
    world.authority.assert_granted(1);
}

/// F1: at each point before the refusal is understood, a caller's end costs nothing.
#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_before_its_refusal_is_read_starts_no_refresh() {
    let world = World::new();
    let shop = customer(&world);
    drop(shop.order(1));
    quiet().await;
    assert_eq!(world.stage.sends(), 0, "requests at the API: a call is sent when it is polled");

    let call = tokio::spawn(shop.order(2));
    let mut arrival = world.stage.arrival().await;
    leave(call).await;
    arrival.abandoned().await;
    arrival.answer(403);
    quiet().await;
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);

    world.guard_with(403, |_| order(3));
    assert_eq!(shop.order(3).await.unwrap().id, 3, "the session is as it was");
}

/// F1: while the body of the refusal is still under way, the exchange is under way, or its answer is.
#[tokio::test(start_paused = true)]
async fn a_refresh_completes_after_its_only_caller_has_left() {
    let holds: [fn(&Authority, Role); 2] = [Authority::hold, Authority::hold_processed];
    for hold in holds {
        let world = World::new();
        let shop = customer(&world);
        let mut events = shop.session().events();
        hold(&world.authority, Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let (refusal, body) = Answer::streamed(403);
        world.stage.arrival().await.answer_with(refusal);
        let exchange = world.authority.parked(Role::Refresh).await;
        leave(call).await;
        body.closed().await;
        assert_eq!(shop.session().state(), SessionState::Refreshing);
        exchange.release();
        assert!(matches!(told(&mut events).await, Some(SessionEvent::Refreshed)));
        world.authority.open(Role::Refresh);
        assert_refreshed_once(&world, &shop).await;
        assert_eq!(world.stage.sends(), 2, "requests at the API: the dropped call was not sent again");
    }
}

/// F1: when the call is on its way again, or its answer is being read.
#[tokio::test(start_paused = true)]
async fn a_refresh_stays_after_its_only_caller_has_left_during_the_replay() {
    let world = World::new();
    let shop = customer(&world);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let replay = world.stage.arrival().await;
    leave(call).await;
    assert!(replay.is_abandoned());
    assert_refreshed_once(&world, &shop).await;

    world.stage.park();
    let call = tokio::spawn(shop.order(8));
    let (answer, body) = Answer::streamed(200);
    world.stage.arrival().await.answer_with(answer);
    assert!(body.send("{\"id\""));
    quiet().await;
    leave(call).await;
    body.closed().await;
    assert_refreshed_once(&world, &shop).await;
}

/// F2: a thousand wait, all but one leave, whoever it is that stays; there is no leader.
#[tokio::test(start_paused = true)]
async fn the_last_of_a_thousand_waiters_is_answered_whoever_left() {
    for survivor in [0, 637, 999] {
        let world = World::new();
        let shop = customer(&world);
        world.authority.hold(Role::Refresh);
        let mut calls: Vec<_> = (0..1000).map(|id| tokio::spawn(shop.order(id))).collect();
        for arrival in world.stage.arrivals(1000).await {
            arrival.answer(403);
        }
        let exchange = world.authority.parked(Role::Refresh).await;
        quiet().await;
        let last = calls.remove(survivor);
        for call in calls {
            leave(call).await;
        }
        world.stage.respond(move |_| order(survivor as u64));
        exchange.release();
        assert_eq!(done(last).await.unwrap().id, survivor as u64);
        world.stage.assert_sends(1001);
        world.authority.assert_refreshes(1);
    }
}

/// F3: the flight is detached from its first instruction: its caller goes before anything of it has run.
#[tokio::test(start_paused = true)]
async fn a_refresh_whose_caller_leaves_before_it_was_ever_polled_completes() {
    let world = World::new();
    let shop = customer(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    {
        let mut call = pin!(shop.order(7));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        assert_eq!(shop.session().state(), SessionState::Refreshing);
        assert_eq!(world.authority.refreshes(), 0, "refreshes: the refresh has begun and not run yet");
    }
    world.authority.parked(Role::Refresh).await.release();
    assert!(matches!(told(&mut events).await, Some(SessionEvent::Refreshed)));
    assert_refreshed_once(&world, &shop).await;
}

/// F4: who leaves while waiting is never sent again.
#[tokio::test(start_paused = true)]
async fn the_call_of_a_waiter_that_left_is_not_sent_again() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);
    let [stays, leaves] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    for arrival in world.stage.arrivals(2).await {
        arrival.answer(403);
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    quiet().await;
    leave(leaves).await;
    exchange.release();
    let replay = world.stage.arrival().await;
    assert_eq!(replay.path(), "/orders/1");
    replay.answer_with(order(1));
    assert_eq!(done(stays).await.unwrap().id, 1);
    quiet().await;
    assert_eq!(world.stage.routes(), ["GET /orders/1", "GET /orders/2", "GET /orders/1"]);
}

/// F5: the first waiter's end leaves the flight where it is: who comes later joins it.
#[tokio::test(start_paused = true)]
async fn the_first_waiters_end_does_not_let_a_second_refresh_start() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);
    let [first, second] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let mut arrivals = world.stage.arrivals(2).await.into_iter();
    arrivals.next().unwrap().answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    leave(first).await;
    arrivals.next().unwrap().answer(401);
    quiet().await;
    world.authority.assert_refreshes(1);
    assert_eq!(world.authority.waiting(Role::Refresh), 0, "requests parked");
    world.stage.respond(|_| order(2));
    exchange.release();
    assert_eq!(done(second).await.unwrap().id, 2);
    assert_refreshed_once(&world, &shop).await;
}

/// F6: with every handle gone the exchange is still finished, and then nothing of the session is left.
#[tokio::test(start_paused = true)]
async fn a_session_whose_handles_are_all_gone_finishes_its_refresh_and_ends() {
    let world = World::new();
    let (alive, service) = (Arc::new(()), world.service());
    let transport = service_fn({
        let alive = alive.clone();
        move |request| {
            let _as_long_as_the_client = &alive;
            service.clone().oneshot(request)
        }
    });
    let issued = tokens(&world.authority.issue());
    let shop = ShopClient::builder(ORIGIN).transport(transport).tokens(issued).build().unwrap();
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    leave(call).await;
    drop(shop);
    assert!(Arc::strong_count(&alive) > 1, "the flight still holds what it needs");
    exchange.release();
    assert!(matches!(told(&mut events).await, Some(SessionEvent::Refreshed)));
    assert!(told(&mut events).await.is_none());
    assert_eq!(Arc::strong_count(&alive), 1, "references left");
    world.authority.assert_granted(1);
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// F7, F9: the flight dies with its runtime; who waits on another runtime is told so, and the next call starts anew.
#[test]
fn waiters_on_another_runtime_outlive_the_runtime_of_the_refresh() {
    for polled in [true, false] {
        let world = World::new();
        let shop = customer(&world);
        world.authority.hold(Role::Refresh);
        let (dying, living) = (runtime(), runtime());
        let waiter = living.spawn(shop.order(2));
        let waiting = living.block_on(world.stage.arrival());
        dying.block_on(async {
            let mut call = pin!(shop.order(1));
            assert!(poll!(&mut call).is_pending());
            world.stage.arrival().await.answer(403);
            assert!(poll!(&mut call).is_pending());
            if polled {
                quiet().await;
            }
        });
        world.authority.assert_refreshes(usize::from(polled));
        waiting.answer(403);
        living.block_on(quiet());
        drop(dying);

        let (error, waited) = living.block_on(async {
            let waiting = Instant::now();
            (done(waiter).await.unwrap_err(), waiting.elapsed())
        });
        assert!(error.is_refresh(), "{error:?}");
        assert_eq!(waited, Duration::ZERO, "it is told at once");
        assert_eq!(error.rejection().unwrap().status(), 403);
        assert_eq!(shop.session().state(), SessionState::LoggedIn, "the slot is free");
        world.guard_with(403, |_| order(3));
        world.authority.open(Role::Refresh);
        world.authority.expire();
        assert_eq!(living.block_on(shop.order(3)).unwrap().id, 3);
        world.authority.assert_granted(1);
    }
}

/// F7: a runtime that is not dropped but never run again: its waiters do not wait for ever either.
#[test]
fn waiters_on_another_runtime_outlive_one_that_is_never_run_again() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);
    let (idle, living) = (runtime(), runtime());
    idle.block_on(async {
        let mut call = pin!(shop.order(1));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        quiet().await;
    });
    let waiter = living.spawn(shop.order(2));
    living.block_on(world.stage.arrival()).answer(403);
    living.block_on(async {
        let begun = Instant::now();
        assert!(waiter.await.unwrap().unwrap_err().is_refresh());
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    });
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    world.authority.assert_refreshes(1);
    drop(idle);
    world.guard_with(403, |_| order(3));
    world.authority.open(Role::Refresh);
    world.authority.expire();
    assert_eq!(living.block_on(shop.order(3)).unwrap().id, 3);
    world.authority.assert_refreshes(2);
    world.authority.assert_granted(1);
}

/// F8, A10: a caller's deadline covers the refresh; the flight has its own, and the next call profits from it.
#[tokio::test(start_paused = true)]
async fn a_caller_that_runs_out_of_time_leaves_the_refresh_to_the_next() {
    let world =
        World::with(AuthorityConfig { delay: Some(Duration::from_secs(4)), ..AuthorityConfig::default() });
    let issued = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(issued).timeout(Duration::from_secs(3)).build().unwrap();
    let mut events = shop.session().events();
    let started = Instant::now();
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let error = done(call).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 403, "what it had met is not lost");
    assert_eq!(started.elapsed(), Duration::from_secs(3));
    assert_eq!(error.method(), Some("Shop::order"));
    world.stage.assert_sends(1);
    assert_eq!(happened(&mut events), ["logged in"; 0]);

    assert!(matches!(told(&mut events).await, Some(SessionEvent::Refreshed)));
    assert_eq!(started.elapsed(), Duration::from_secs(4));
    assert_refreshed_once(&world, &shop).await;
}

/// A10: one deadline for everything: the first send, the refresh and the second send share it.
#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_call_covers_its_replay_and_the_body_of_its_answer() {
    let world =
        World::with(AuthorityConfig { delay: Some(Duration::from_secs(2)), ..AuthorityConfig::default() });
    let issued = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(issued).timeout(Duration::from_secs(3)).build().unwrap();
    let started = Instant::now();
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let answer = Answer::json(200, json!({ "id": 7 })).then_hang();
    world.stage.arrival().await.answer_with(answer);
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    assert!(done(call).await.unwrap_err().is_timeout());
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}
