//! Tests processes that are killed during a refresh: before the server reads the refresh token, after the server has
//! accepted it, and after the process has stored the new tokens.

use afresh_tests::Role;

use crate::place::Place;
use crate::shop::{Server, Shop};

/// R6: if a process is killed before the server has read its refresh request, the refresh token is still valid for the
/// next process.
#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_server_reads_the_refresh_token() {
    for place in Place::all() {
        let shop = Shop::open(place, Server::Strict).await;
        let (mut first, mut next) = (shop.process("first"), shop.process("next"));
        shop.world.authority.expire();
        first.tell("call");
        let exchange = shop.exchange().await;
        first.kill();
        drop(exchange);
        next.tell("call");
        shop.exchange().await.release();
        assert_eq!(next.says("called: ").await, "well", "{}", shop.place.name());
        shop.world.authority.assert_refreshes(2);
        assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
    }
}

/// R6, S3: if a process is killed after the server has processed its refresh request, the next process sends the old
/// refresh token once. A server with a grace period accepts the old refresh token and returns the new tokens. With a
/// server that has no grace period, the next process's call fails with a lost-rotation error (`is_rotation_lost`).
#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_answer() {
    for server in [Server::Lenient, Server::Strict] {
        for place in Place::all() {
            let shop = Shop::open(place, server).await;
            let authority = &shop.world.authority;
            authority.hold_processed(Role::Refresh);
            let mut all = [shop.process("next"), shop.process("after")];
            let mut first = shop.process("first");
            authority.expire();
            first.tell("call");
            let spent = shop.exchange().await;
            authority.assert_granted(1);
            first.kill();
            drop(spent);
            authority.open(Role::Refresh);
            let said = all[0].call().await;
            authority.assert_retries_after_lost_answer(1);
            if server == Server::Lenient {
                assert_eq!(said, "well", "{}", shop.place.name());
                assert_eq!(all[1].call().await, "well");
            } else {
                assert!(said.starts_with("lost"), "{}: {said}", shop.place.name());
                let ended = ["stranger", "lost", "expired"];
                for worker in &mut all {
                    let said = worker.call().await;
                    assert!(ended.iter().any(|word| said.starts_with(word)), "{}: {said}", shop.place.name());
                }
            }
            // After the next process's call, no process sends another refresh.
            authority.assert_refreshes(2);
        }
    }
}

/// R6: if a process is killed after it has stored the new tokens, the session can still be used.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_answer_was_stored() {
    for place in Place::all() {
        let shop = Shop::open(place, Server::Strict).await;
        let (mut first, mut next) = (shop.process("first"), shop.process("next"));
        shop.world.authority.expire();
        first.tell("call");
        shop.exchange().await.release();
        shop.until("a call with the new token", |answered_calls| answered_calls.newest == 2).await;
        first.kill();
        assert_eq!(next.call().await, "well", "{}", shop.place.name());
        shop.world.authority.assert_refreshes(1);
        assert_eq!(shop.presented_again(), 0, "spent tokens presented again");
    }
}
