//! Tests calls that wait for a refresh on another Tokio runtime, if that runtime shuts down or stops making progress.

use std::pin::pin;
use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, Handling, Role, World};
use futures_util::poll;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::api::{Shop, logged_in_client, order};
use crate::waiting::{done, settled};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// F7, F9: if a Tokio runtime is dropped, a refresh running on it ends, and waiting calls on other runtimes fail
/// immediately.
#[test]
fn calls_on_another_runtime_survive_the_end_of_the_refreshs_runtime() {
    for polled in [true, false] {
        let world = World::new();
        let shop = logged_in_client(&world);
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
                settled().await;
            }
        });
        world.authority.assert_refreshes(usize::from(polled));
        waiting.answer(403);
        living.block_on(settled());
        drop(dying);

        let (error, waited) = living.block_on(async {
            let waiting = Instant::now();
            (done(waiter).await.unwrap_err(), waiting.elapsed())
        });
        assert!(error.is_refresh(), "{error:?}");
        assert_eq!(waited, Duration::ZERO, "the waiting call gets the error immediately");
        assert_eq!(error.rejection().unwrap().status(), 403);
        assert_eq!(shop.session().state(), SessionState::LoggedIn, "a new refresh can start");
        world.guard_with(403, |_| order(3));
        world.authority.open(Role::Refresh);
        world.authority.expire();
        assert_eq!(living.block_on(shop.order(3)).unwrap().id, 3);
        world.authority.assert_granted(1);
    }
}

/// F7: if the Tokio runtime on which a refresh runs stops making progress, waiting calls on another Tokio runtime start
/// a new refresh.
#[test]
fn calls_on_another_runtime_survive_a_runtime_that_stops_running() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let (idle, living) = (runtime(), runtime());
    idle.block_on(async {
        let mut call = pin!(shop.order(1));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        settled().await;
    });
    let unanswered = living.block_on(world.authority.parked(Role::Refresh));
    world.authority.open(Role::Refresh);
    let waiter = living.spawn(shop.order(2));
    living.block_on(world.stage.arrival()).answer(403);
    world.guard_with(403, |_| order(2));
    living.block_on(async {
        let begun = Instant::now();
        assert_eq!(waiter.await.unwrap().unwrap().id, 2);
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    });
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    drop((idle, unanswered));
    world.authority.assert_refreshes(2);
    world.authority.assert_granted(1);
}

/// F7: if no refresh gets a response, a call waits for at most two refreshes and then fails.
#[test]
fn a_call_waits_for_two_refreshes_at_most() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Refresh, Handling::instead(Answer::hang()));
    let (idle, living) = (runtime(), runtime());
    idle.block_on(async {
        let mut call = pin!(shop.order(1));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        settled().await;
    });
    let waiter = living.spawn(shop.order(2));
    living.block_on(world.stage.arrival()).answer(403);
    living.block_on(async {
        let begun = Instant::now();
        assert!(waiter.await.unwrap().unwrap_err().is_refresh());
        assert!(begun.elapsed() < Duration::from_secs(23), "{:?}", begun.elapsed());
    });
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}
