//! The cell alone: steps that no caller can show.

mod interleavings;
mod model;

use super::super::decision::{Landed, Landing};
use super::super::tokens::Tokens;
use super::*;

const ROUTE: &str = "Shop::order";

fn credential(minted: Minted) -> Arc<Credential> {
    Arc::new(Credential::new(Tokens::new(fastrand::u64(..).to_string()), minted, Now::read(), 0.0).unwrap())
}

fn renewed() -> Landing {
    Landing::Renewed { credential: credential(Minted::Refreshed), cookies: None }
}

fn failed() -> Landing {
    Landing::Failed { error: Error::new(Kind::Refresh, "on purpose"), retry_after: None }
}

fn log_in(cell: &mut Cell<usize>) {
    cell.log_in(None, credential(Minted::Given), &[]).unwrap();
}

fn logged_in() -> Cell<usize> {
    let mut cell = Cell::new();
    log_in(&mut cell);
    cell
}

/// B5: a refusal that comes in while a flight lands meets either the flight or its token, and nothing between.
#[test]
fn publishing_the_token_and_clearing_the_slot_are_one_step() {
    let (mut cell, at) = (logged_in(), Now::read());
    let now = at.ticks;
    let stamp = cell.current().stamp;
    let settle = |cell: &mut Cell<usize>| cell.settle(stamp, Finding::Expired, ROUTE, true, now);
    assert!(matches!(settle(&mut cell), Settled::Start));
    cell.take_off(1, Cause::Refused(Finding::Expired));
    assert!(matches!(settle(&mut cell), Settled::Join(1)));
    assert!(matches!(cell.enter(true, false, at), Entry::Join(1)));

    assert_eq!(cell.land(&1, renewed(), now, 0.0), Landed::Published);

    assert!(cell.ticket().is_none() && !cell.current().hold);
    let newer = Stamp { generation: stamp.generation + 1, ..stamp };
    assert!(matches!(settle(&mut cell), Settled::Replay(current) if current.stamp == newer));
    assert!(matches!(cell.enter(true, false, at), Entry::Go));
}

/// F5: a flight that a login detached neither clears nor lands in the slot of the next one.
#[test]
fn a_detached_flight_leaves_the_slot_of_the_next_one_alone() {
    let (mut cell, now) = (logged_in(), Instant::now());
    cell.take_off(1, Cause::Refused(Finding::Expired));
    log_in(&mut cell);
    let new = cell.current().stamp;
    cell.take_off(2, Cause::Refused(Finding::Expired));

    assert_eq!(cell.land(&1, renewed(), now, 0.0), Landed::Discarded);

    assert_eq!((cell.ticket(), cell.current().stamp), (Some(2), new));
    assert_eq!(cell.land(&2, renewed(), now, 0.0), Landed::Published);
}
