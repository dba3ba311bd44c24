//! Tests upper bounds: the number of refreshes over a long period, and the number of tasks and wake-ups per waiting
//! call. `tests/allocations.rs` measures memory.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use afresh_tests::{AuthorityConfig, Handling, Role, World};
use tokio::runtime::Handle;
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, logged_in_client, logged_out_client, order};
use crate::waiting::{done, settled};

const DAY: Duration = Duration::from_hours(24);

/// Counts how many times a future is polled: once at the start and once for each wake-up.
struct Polled<F> {
    inner: Pin<Box<F>>,
    polls: Arc<AtomicUsize>,
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        this.polls.fetch_add(1, Ordering::Relaxed);
        this.inner.as_mut().poll(cx)
    }
}

/// V1, B15: while ten thousand calls wait, the refresh is the only additional task, and each call is woken once.
#[tokio::test(start_paused = true)]
async fn a_waiting_call_costs_no_task_and_one_wake_up() {
    const WAITERS: usize = 10_000;
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let polls = Arc::new(AtomicUsize::new(0));
    let calls: Vec<_> = (0..WAITERS as u64)
        .map(|id| tokio::spawn(Polled { inner: Box::pin(shop.order(id)), polls: polls.clone() }))
        .collect();
    for arrival in world.stage.arrivals(WAITERS).await {
        arrival.answer(403);
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    settled().await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), WAITERS + 1);
    let waiting = polls.swap(0, Ordering::Relaxed);
    assert_eq!(waiting, 2 * WAITERS, "each call is polled once to send and once to read the refusal");

    exchange.release();
    let replays = world.stage.arrivals(WAITERS).await;
    assert_eq!(polls.load(Ordering::Relaxed), WAITERS, "the end of the refresh wakes each call once");
    for replay in replays {
        replay.answer_with(order(7));
    }
    for call in calls {
        done(call).await.unwrap();
    }
    world.stage.assert_sends(2 * WAITERS);
    world.authority.assert_refreshes(1);
}

/// V5: a call is not polled while it waits for a refresh.
#[tokio::test(start_paused = true)]
async fn a_waiting_call_is_not_polled_while_time_passes() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let polls = Arc::new(AtomicUsize::new(0));
    let call = tokio::spawn(Polled { inner: Box::pin(shop.order(7)), polls: polls.clone() });
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    settled().await;
    polls.store(0, Ordering::Relaxed);
    for _ in 0..40 {
        advance(Duration::from_millis(100)).await;
        settled().await;
    }
    assert_eq!(polls.load(Ordering::Relaxed), 0);
    exchange.release();
    world.stage.arrival().await.answer_with(order(7));
    done(call).await.unwrap();
}

/// V2: while the token endpoint is down for a day, the client tries about one refresh per minute, even though a call is
/// made every ten seconds.
#[tokio::test(start_paused = true)]
async fn a_long_outage_costs_one_refresh_for_each_pause() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_in_client(&world);
    world.authority.always(Role::Refresh, Handling::instead(503));
    world.authority.expire();
    let started = Instant::now();
    while started.elapsed() < DAY {
        assert!(shop.order(7).await.unwrap_err().is_refresh());
        advance(Duration::from_secs(10)).await;
    }
    let pauses: Vec<_> =
        world.authority.requests(Role::Refresh).windows(2).map(|pair| pair[1].at() - pair[0].at()).collect();
    for (number, pause) in pauses.iter().enumerate() {
        let least = Duration::from_secs(1 << number.min(6)).min(Duration::from_mins(1)).mul_f64(0.9);
        assert!(*pause >= least, "after failure {number}: {pause:?}");
        assert!(*pause <= Duration::from_secs(78), "after failure {number}: {pause:?}");
    }
    assert!(world.authority.refreshes() <= 24 * 60 * 60 / 54 + 7, "{}", world.authority.refreshes());

    world.authority.always(Role::Refresh, Handling::Normal);
    advance(Duration::from_secs(67)).await;
    assert_eq!(shop.order(7).await.unwrap().id, 7);
}

/// V3: with one call every three minutes for thirty days, the client refreshes once per token, and no call is refused.
#[tokio::test(start_paused = true)]
async fn a_long_healthy_run_costs_one_refresh_for_each_token() {
    let hour = Duration::from_hours(1);
    let world = World::with(AuthorityConfig { lifetime: Some(hour), ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    let (started, mut calls) = (Instant::now(), 0);
    while started.elapsed() < 30 * DAY {
        shop.order(7).await.unwrap();
        calls += 1;
        settled().await;
        advance(Duration::from_secs(179)).await;
    }
    assert_eq!(world.stage.sends(), calls, "requests at the API: no call was refused");
    let (posts, granted) = (world.authority.refreshes(), world.authority.granted());
    assert_eq!(posts, granted);
    assert!((30 * 24 - 1..=30 * 24 + 8).contains(&posts), "{posts}");
}

/// V3: if the server does not send token lifetimes, each token causes one refused call, one refresh and one repeated
/// call.
#[tokio::test(start_paused = true)]
async fn a_long_run_with_unknown_lifetimes_costs_one_refusal_for_each_token() {
    let world = World::new();
    world.guard_with(401, |_| order(7));
    let shop = logged_in_client(&world);
    for _ in 0..30 * 24 {
        world.authority.expire();
        for _ in 0..10 {
            shop.order(7).await.unwrap();
            advance(Duration::from_mins(6)).await;
        }
    }
    world.stage.assert_sends(30 * 24 * 11);
    world.authority.assert_refreshes(30 * 24);
}
