//! Tests that kill a process at each step of a refresh and then make a call in another process.

use afresh_tests::Role;

use crate::place::Place;
use crate::shop::{Server, Shop};

/// The steps at which the test kills a process. Each flag is `true` if killing the process at that step loses the valid
/// refresh token.
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

/// Kills a process at the given step, and returns the result of the next process's call. The server may receive at most
/// two refreshes: one for the expired token, and one more because the process was killed.
async fn killed_at(step: &str, place: Place, server: Server) -> String {
    let shop = Shop::open(place, server).await;
    shop.world.authority.open(Role::Refresh);
    let mut victim = shop.process("victim");
    // After the first call has loaded the session, the process loads the session again only while it holds the store's
    // lock.
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
    // The killed process had received the response, so the fake server counts the next process's refresh as a reuse.
    shop.world.authority.expect_reuses(again);
    assert!(shop.world.authority.refreshes() <= 2 && spent <= 1, "{step}");
    said
}

/// R6, S3: if a process is killed at any step of a refresh, the next process continues the session. If the process is
/// killed after the server has responded but before the new tokens are stored, the session continues only on a lenient
/// server.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_process_continues_the_session() {
    for (step, lost) in STEPS {
        let server = if lost { Server::Lenient } else { Server::Strict };
        for place in Place::all() {
            let name = place.name();
            assert_eq!(killed_at(step, place, server).await, "well", "{step}, {name}");
        }
    }
}

/// R6, S3: with a strict server, the new refresh token is lost if a process is killed before it has stored the token.
/// The next process's call fails with a lost-rotation error (`is_rotation_lost`).
#[tokio::test(flavor = "multi_thread")]
async fn with_a_strict_server_the_next_process_reports_a_lost_rotation() {
    for (step, _) in STEPS.into_iter().filter(|(_, lost)| *lost) {
        for place in Place::all() {
            let name = place.name();
            let said = killed_at(step, place, Server::Strict).await;
            assert!(said.starts_with("lost"), "{step}, {name}: {said}");
        }
    }
}
