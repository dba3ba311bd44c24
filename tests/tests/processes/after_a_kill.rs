//! Tests the state of a store after a process that was using it has been killed or has exited.

use std::fs;
use std::time::{Duration, Instant};

use afresh_tests::Role;
use tokio::time::sleep;

use crate::place::Place;
use crate::shop::{Server, Shop};

/// S4: a partly written temporary file that a killed process leaves behind does not affect other processes.
#[tokio::test(flavor = "multi_thread")]
async fn a_partly_written_temporary_file_does_no_harm() {
    let shop = Shop::open(Place::file(), Server::Strict).await;
    shop.world.authority.open(Role::Refresh);
    let whole = fs::read(shop.place.path()).unwrap();
    let mut fresh = shop.place.path().to_path_buf().into_os_string();
    fresh.push(".new-0123456789abcdef");
    let fresh = std::path::PathBuf::from(fresh);
    for half in [&whole[..whole.len() / 2], b"", &[b'x'; 10_000]] {
        fs::write(&fresh, half).unwrap();
        shop.world.authority.expire();
        assert_eq!(shop.process("next").call().await, "well");
        assert!(!fresh.exists());
    }
    shop.world.authority.assert_refreshes(3);
    assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
}

/// S4, R6: if a process is killed during a write, the stored record is complete and at least as new as the last
/// confirmed write. After the process is killed, another process can write to the store.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_complete_whenever_its_writer_is_killed() {
    let mut random = fastrand::Rng::with_seed(7);
    for place in Place::all() {
        let shop = Shop::open(place, Server::Strict).await;
        let mut newest = shop.place.stored().await.unwrap().revision.number();
        for round in 0..10 {
            let mut writer = shop.process("writer");
            writer.tell("write");
            writer.says("stored: ").await;
            sleep(Duration::from_millis(random.u64(0..40))).await;
            writer.kill();
            sleep(Duration::from_millis(20)).await;
            let reported = std::iter::from_fn(|| writer.line())
                .filter_map(|line| line.strip_prefix("stored: ")?.parse().ok());
            let reported = reported.max().unwrap_or(newest);
            let stored = shop.place.stored().await.unwrap();
            let now = stored.revision.number();
            assert!(now >= reported && now > newest, "{round}: {now} after {reported} and {newest}");
            assert!(
                stored.record.len() > 1000 && stored.record.iter().all(|byte| u64::from(*byte) == now % 251)
            );
            newest = now;
        }
    }
}

/// R6: a lock held by a killed process is released. The kernel releases a file lock immediately; a lock with a lease is
/// released when the lease expires.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_killed_process_is_released() {
    for place in Place::all() {
        let shop = Shop::open(place, Server::Strict).await;
        shop.world.authority.open(Role::Refresh);
        let (mut victim, mut next) = (shop.process("victim"), shop.process("next"));
        assert_eq!(next.call().await, "well");
        shop.world.authority.expire();
        victim.tell("stop after lock");
        victim.tell("call");
        victim.says("at: ").await;
        next.tell("call");
        sleep(Duration::from_millis(300)).await;
        assert_eq!(shop.world.authority.refreshes(), 0, "refreshes: the lock is held");
        let killed = Instant::now();
        victim.kill();
        assert_eq!(next.says("called: ").await, "well");
        // The limit of seven seconds is less than the eight seconds that a process waits for the lock.
        assert!(killed.elapsed() < Duration::from_secs(7), "{}", shop.place.name());
        shop.world.authority.assert_refreshes(1);
        assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
    }
}

/// R6: when `main` returns in a process that holds the lock, the lock is released immediately, even if it is a lease
/// that lasts longer than the eight seconds that another process waits for the lock.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_process_that_exits_is_released() {
    for place in [Some(Place::file()), Place::redis(Duration::from_secs(30))].into_iter().flatten() {
        let name = place.name();
        let shop = Shop::open(place, Server::Strict).await;
        shop.world.authority.open(Role::Refresh);
        let (mut first, mut next) = (shop.process("first"), shop.process("next"));
        assert_eq!(next.call().await, "well");
        shop.world.authority.expire();
        first.tell("stop after lock");
        first.tell("call");
        assert_eq!(first.says("at: ").await, "after lock");
        first.exit();
        assert_eq!(next.call().await, "well", "{name}");
        shop.world.authority.assert_refreshes(1);
    }
}

/// W9: when a call reports that the session has expired, the expired state has already been stored, so the process can
/// exit immediately. In each of the fifty runs, the next process does not send the rejected refresh token.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_exits_with_the_error_has_stored_the_end_of_the_session() {
    for round in 0..50 {
        let shop = Shop::open(Place::file(), Server::Strict).await;
        shop.world.authority.open(Role::Refresh);
        shop.world.authority.revoke();
        let mut last = shop.process("last");
        last.tell("last");
        let said = last.says("called: ").await;
        assert!(said.starts_with("expired"), "{round}: {said}");
        last.kill();
        let said = shop.process("next").call().await;
        assert!(said.starts_with("stranger"), "{round}: {said}");
        shop.world.authority.assert_refreshes(1);
    }
}
