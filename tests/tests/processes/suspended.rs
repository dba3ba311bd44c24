//! Tests processes that are suspended during a refresh and resumed after other processes have used the session.

use std::time::{Duration, Instant};

use afresh_tests::Role;
use tokio::time::sleep;

use crate::place::Place;
use crate::process::Process;
use crate::shop::{Server, Shop};

/// The duration of the lease in tests with Redis.
const LEASE: Duration = Duration::from_secs(2);

/// Waits for the result of a call in a process whose store operation might have timed out. If the call fails, a second
/// call must succeed.
async fn goes_on(worker: &mut Process) {
    let said = worker.says("called: ").await;
    if said != "well" {
        assert!(said.starts_with("store") || said.starts_with("busy"), "{said}");
        sleep(Duration::from_secs(3)).await;
        assert_eq!(worker.call().await, "well");
    }
}

/// R3: if a process's lease expires before the process sends its refresh request, and another process refreshes, the
/// first process uses the new tokens instead of refreshing.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_lease_expires_before_it_sends_spends_nothing() {
    for step in ["after lock", "after load", "before intent", "after intent"] {
        let Some(place) = Place::redis(LEASE) else { return };
        let shop = Shop::open(place, Server::Strict).await;
        shop.world.authority.open(Role::Refresh);
        let (mut first, mut next) = (shop.process("first"), shop.process("next"));
        assert_eq!(first.call().await, "well");
        shop.world.authority.expire();
        first.tell(&format!("stop {step}"));
        first.tell("call");
        first.says("at: ").await;
        first.suspend();
        assert_eq!(next.call().await, "well", "{step}");
        first.wake();
        first.tell("go");
        goes_on(&mut first).await;
        assert_eq!(shop.world.authority.refreshes(), 1, "refreshes: {step}");
        assert_eq!(shop.presented_again(), 0, "{step}");
    }
}

/// R3: if a process is suspended until its refresh has timed out and its lease has expired, the process does not send
/// the refresh token again.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_suspended_during_its_refresh_does_not_repeat_it() {
    let Some(place) = Place::redis(LEASE) else { return };
    let shop = Shop::open(place, Server::Strict).await;
    let (mut first, mut next) = (shop.process("first"), shop.process("next"));
    shop.world.authority.expire();
    first.tell("call");
    let unread = shop.exchange().await;
    let began = Instant::now();
    first.suspend();
    shop.world.authority.open(Role::Refresh);
    assert_eq!(next.call().await, "well");
    // Six seconds is longer than the client waits for a response, and shorter than the time after which the client
    // repeats a lost request.
    sleep(Duration::from_secs(6).saturating_sub(began.elapsed())).await;
    first.wake();
    drop(unread);
    goes_on(&mut first).await;
    shop.world.authority.assert_refreshes(2);
    assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
}

/// R3: if a process is suspended during its refresh and its lease expires, a server with a grace period returns the
/// same new tokens to the next process. When the suspended process resumes, it does not overwrite the new tokens.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_lease_expires_before_the_answer_does_no_harm() {
    let Some(place) = Place::redis(LEASE) else { return };
    let shop = Shop::open(place, Server::Lenient).await;
    let authority = &shop.world.authority;
    authority.expect_reuses(1);
    authority.hold_processed(Role::Refresh);
    let (mut first, mut next) = (shop.process("first"), shop.process("next"));
    authority.expire();
    first.tell("call");
    let spent = shop.exchange().await;
    first.suspend();
    spent.release();
    authority.open(Role::Refresh);
    assert_eq!(next.call().await, "well");
    first.wake();
    goes_on(&mut first).await;
    authority.assert_refreshes(2);
    assert_eq!(shop.presented_again(), 1, "spent tokens presented again");
    for worker in [&mut first, &mut next] {
        // The worker uses the other process's tokens even if the store's notification is late.
        assert_eq!(worker.call().await, "well");
        authority.expire();
        assert_eq!(worker.call().await, "well");
    }
    authority.assert_refreshes(4);
    assert_eq!(shop.presented_again(), 1, "spent tokens presented again");
}

/// R3: if a process is suspended during its refresh, its lease expires, and another process refreshes, then a server
/// without a grace period ends the session. The next process's call fails with a lost-rotation error
/// (`is_rotation_lost`), and no process refreshes again.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_strict_server_the_session_ends_with_a_lost_rotation() {
    let Some(place) = Place::redis(LEASE) else { return };
    let shop = Shop::open(place, Server::Strict).await;
    let authority = &shop.world.authority;
    authority.expect_reuses(1);
    authority.hold_processed(Role::Refresh);
    let (mut first, mut next) = (shop.process("first"), shop.process("next"));
    authority.expire();
    first.tell("call");
    let spent = shop.exchange().await;
    first.suspend();
    spent.release();
    authority.open(Role::Refresh);
    let said = next.call().await;
    assert!(said.starts_with("lost"), "{said}");
    first.wake();
    let said = first.says("called: ").await;
    assert_ne!(said, "well");
    for worker in [&mut first, &mut next] {
        let said = worker.call().await;
        assert!(["stranger", "lost", "expired"].iter().any(|word| said.starts_with(word)), "{said}");
    }
    authority.assert_refreshes(2);
    assert_eq!(shop.presented_again(), 1, "spent tokens presented again");
}

/// R5, R6: a file lock has no lease, so no other process refreshes while the lock holder is suspended. Calls in other
/// processes fail with a busy error (`is_refresh_busy`). The session continues once the lock holder resumes.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_process_keeps_the_lock_of_a_file() {
    let shop = Shop::open(Place::file(), Server::Strict).await;
    let (mut first, mut next) = (shop.process("first"), shop.process("next"));
    shop.world.authority.expire();
    first.tell("call");
    let exchange = shop.exchange().await;
    first.suspend();
    exchange.release();
    let said = next.call().await;
    assert!(said.starts_with("busy"), "{said}");
    first.wake();
    assert_eq!(first.says("called: ").await, "well");
    assert_eq!(shop.process("third").call().await, "well");
    shop.world.authority.assert_refreshes(1);
    assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
}
