//! Tests processes in which the runtime that runs a refresh stalls. A stalled process keeps its file lock and might
//! never make another call.

use std::time::{Duration, Instant};

use afresh_tests::Role;
use tokio::time::sleep;

use crate::place::Place;
use crate::process::Process;
use crate::shop::{Server, Shop};

/// The deadline of a refresh that uses a store, plus a margin for a busy machine.
const LIMIT: Duration = Duration::from_secs(70);

/// Starts two processes that share a session. The first process's runtime stalls at the given step of a refresh.
async fn stall_first(shop: &Shop, step: &str, order: &str) -> (Process, Process) {
    shop.world.authority.open(Role::Refresh);
    let (mut first, mut next) = (shop.process("first"), shop.process("next"));
    assert_eq!(first.call().await, "well");
    assert_eq!(next.call().await, "well");
    shop.world.authority.expire();
    first.tell(&format!("stop {step}"));
    first.tell(order);
    first.says("stalled").await;
    (first, next)
}

/// Repeats a call as long as it fails with a busy error (`is_refresh_busy`), and returns the result of the last call.
async fn call_until_free(process: &mut Process) -> String {
    let begun = Instant::now();
    loop {
        let said = process.call().await;
        if !said.starts_with("busy") {
            assert!(begun.elapsed() < LIMIT, "{:?}: {said}", begun.elapsed());
            return said;
        }
        assert!(begun.elapsed() < LIMIT, "the lock is not released");
        sleep(Duration::from_secs(1)).await;
    }
}

/// R6, I7: after the deadline of a stalled refresh has passed, another process refreshes the session. The next call in
/// the stalled process uses the other process's tokens.
#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_refresh_keeps_the_lock_until_its_deadline() {
    let shop = Shop::open(Place::file(), Server::Strict).await;
    let (mut first, mut next) = stall_first(&shop, "after intent", "stall").await;

    assert_eq!(call_until_free(&mut next).await, "well");

    shop.world.authority.assert_refreshes(1);
    assert_eq!(first.call().await, "well");
    shop.world.authority.assert_refreshes(1);
    assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
}

/// J1, R6: if the user logs out during a stalled refresh and the process stays stalled, the logout is stored before the
/// lock is released.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_on_a_runtime_that_stalls_is_stored_before_the_lock_is_free() {
    let shop = Shop::open(Place::file(), Server::Strict).await;
    let (mut first, mut next) = stall_first(&shop, "after intent", "stall and log out").await;

    let said = call_until_free(&mut next).await;

    assert!(said.starts_with("stranger"), "{said}");
    assert!(first.call().await.starts_with("stranger"));
    shop.world.authority.assert_refreshes(0);
}
