//! A process that is killed at every step of a refresh.

use afresh_tests::Role;

use crate::place::Place;
use crate::shop::{Server, Shop};

/// Where a process is when it is killed, and whether nobody knows then the refresh token that is good.
const STEPS: [(&str, bool); 8] = [
    ("before lock", false),
    ("after lock", false),
    ("before load", false),
    ("after load", false),
    ("before intent", false),
    ("after intent", false),
    ("before persist", true),
    ("after persist", false),
];

/// Kills a process there; what the next one says, and how often it asked the server. The server must not be asked more than once
/// for an expiry and once for a kill.
async fn killed_at(step: &str, place: Place, server: Server) -> String {
    let shop = Shop::open(place, server).await;
    shop.world.authority.open(Role::Refresh);
    let mut victim = shop.process("victim");
    // It has read the store: what it loads from now on is under the lock.
    assert_eq!(victim.call().await, "well");
    shop.world.authority.expire();
    victim.tell(&format!("stop {step}"));
    victim.tell("call");
    assert_eq!(victim.says("at: ").await, step);
    victim.kill();
    let spent = shop.world.authority.granted();
    let said = shop.process("next").call().await;
    let again = usize::from(step == "before persist");
    assert_eq!(shop.presented_again(), again, "spent tokens presented again: {step}");
    // The killed process had received the answer, so the authority counts its successor's attempt as a reuse.
    shop.world.authority.expect_reuses(again);
    assert!(shop.world.authority.refreshes() <= 2 && spent <= 1, "{step}");
    said
}

/// R6, S3: whatever it was about to do, and also after the server's answer, before it was stored: with a lenient server the next
/// process has the session.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_process_has_the_session() {
    for (step, lost) in STEPS {
        let server = if lost { Server::Lenient } else { Server::Strict };
        for place in Place::all() {
            let name = place.name();
            assert_eq!(killed_at(step, place, server).await, "well", "{step}, {name}");
        }
    }
}

/// R6, S3: with a strict one, a process that has got the new refresh token and not stored it takes it along. That is said.
#[tokio::test(flavor = "multi_thread")]
async fn or_it_is_told_that_the_session_is_lost() {
    for (step, _) in STEPS.into_iter().filter(|(_, lost)| *lost) {
        for place in Place::all() {
            let name = place.name();
            let said = killed_at(step, place, Server::Strict).await;
            assert!(said.starts_with("lost"), "{step}, {name}: {said}");
        }
    }
}
