//! All interleavings of two processes and one store: logins, logouts, refreshes, reads, lost confirmations of load, swap,
//! lock and unlock, refreshes that stand still, and killed processes.
//!
//! The processes of the model change what they know by the functions that `store_sync` uses. Only the order of their
//! operations is written here. What an operation does to the store takes effect at once; its confirmation comes later.

mod canonical;
mod events;
mod fingerprint;
mod refresh;
mod world;
mod writer;

use std::time::{Duration, Instant};

use self::fingerprint::Seen;
use self::world::{Budget, World};

/// More than any of these explorations takes on a loaded machine.
const LIMIT: Duration = Duration::from_secs(1200);

struct Explored {
    worlds: usize,
    exchanges: usize,
    rejections: usize,
}

/// R1, R4, R6, S1, S3, S5: visits every world that can follow. Each checks by itself that no spent token is presented unless
/// a result was lost between an exchange and its write, and that a lost rotation is then reported.
fn explore(budget: Budget) -> Explored {
    let begun = Instant::now();
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
        assert!(begun.elapsed() < LIMIT, "{} worlds and no end", explored.worlds);
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

/// Every event of the model, with writes that end at once.
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
/// Fewer refreshes, in every order.
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
