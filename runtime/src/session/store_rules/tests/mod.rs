//! Explores all interleavings of two processes and one store. Start with `world.rs`.
//!
//! The events are logins, logouts, refreshes, reads, stalled refreshes, killed processes, and lost confirmations of
//! loads, swaps, locks and unlocks.
//!
//! The modeled processes use the same functions as `store_sync` to update their view of the store. The tests choose
//! only the order in which the operations run. An operation changes the store immediately, but its confirmation arrives
//! later.

mod canonical;
mod events;
mod fingerprint;
mod refresh;
mod view;
mod world;
mod writer;

use std::time::Duration;

use self::fingerprint::Seen;
use self::world::{Budget, World};
use crate::platform::time::real_now;

/// The time limit for one call to `explore`. `explore` takes much less time than the limit, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(1200);

struct Explored {
    worlds: usize,
    exchanges: usize,
    rejections: usize,
}

/// R1, R4, R6, S1, S3, S5: visits every reachable state of the model. In each state, the test checks that a process
/// sends a used refresh token only if the result of an earlier refresh was lost before the result could be stored. The
/// test also checks that the loss of a rotated token is reported.
fn explore(budget: Budget) -> Explored {
    let begun = real_now();
    let first = World::new(budget);
    let mut seen = Seen::default();
    seen.insert(&first);
    let mut stack = vec![first];
    let mut explored = Explored { worlds: 0, exchanges: 0, rejections: 0 };
    while let Some(world) = stack.pop() {
        explored.worlds += 1;
        for mut next in world.successors() {
            explored.exchanges += usize::from(next.exchanged.take() == Some(true));
            explored.rejections += usize::from(next.rejected.take() == Some(true));
            next.make_canonical();
            if seen.insert(&next) {
                stack.push(next);
            }
        }
        assert!(begun.elapsed() < LIMIT, "{} worlds in too much time", explored.worlds);
    }
    println!(
        "{budget:?}: {} worlds, {} exchanges, {} rejections, {:?}",
        explored.worlds,
        explored.exchanges,
        explored.rejections,
        begun.elapsed()
    );
    explored
}

/// The maximum number of events of each kind in one interleaving, for a store that confirms writes immediately.
const WIDE: Budget = Budget {
    losses: 1,
    kills: 1,
    logins: 2,
    logouts: 1,
    refreshes: 3,
    starts: 0,
    releases: 0,
    same_user: false,
    fine: false,
};
/// The same limits as [`WIDE`], but with fewer refreshes. With `FINE`, a process can read the store at any time, and
/// the confirmation of a write is a separate event.
const FINE: Budget = Budget { refreshes: 2, fine: true, ..WIDE };

#[test]
fn no_interleaving_of_two_processes_presents_a_spent_token() {
    let explored = explore(WIDE);
    assert!(explored.worlds > 100_000 && explored.rejections > 500, "{} worlds", explored.worlds);
}

#[test]
fn no_order_of_reads_and_confirmations_presents_a_spent_token() {
    let explored = explore(FINE);
    assert!(explored.worlds > 1_500_000 && explored.rejections > 9_000, "{} worlds", explored.worlds);
}

#[test]
fn no_login_that_another_process_adopts_presents_a_spent_token() {
    let explored = explore(Budget { same_user: true, ..FINE });
    assert!(explored.worlds > 1_400_000 && explored.rejections > 7_000, "{} worlds", explored.worlds);
}

#[test]
fn no_session_that_begins_with_a_cookie_presents_a_spent_token() {
    let explored = explore(Budget { starts: 2, logins: 0, ..FINE });
    assert!(explored.worlds > 200_000 && explored.rejections > 1_000, "{} worlds", explored.worlds);
}

#[test]
fn a_logout_that_cannot_be_stored_costs_no_more_than_a_reported_rotation() {
    explore(Budget { releases: 1, refreshes: 2, ..WIDE });
}
