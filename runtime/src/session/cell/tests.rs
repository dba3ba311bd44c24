//! The cell alone: steps that no caller can show.

mod interleavings;
mod model;

use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::super::credential::Credential;
use super::super::decision::{Landed, Landing};
use super::super::tokens::Tokens;
use super::*;
use crate::error::Kind;

const ROUTE: &str = "Shop::order";

fn credential(minted: Minted) -> Arc<Credential> {
    Arc::new(Credential::new(Tokens::new(fastrand::u64(..).to_string()), minted, Now::read(), 0.0).unwrap())
}

fn credential_at(minted: Minted, now: Instant, lifetime: Duration) -> Arc<Credential> {
    let tokens = Tokens::new(fastrand::u64(..).to_string()).with_lifetime(lifetime);
    Arc::new(Credential::new(tokens, minted, Now { ticks: now, ..Now::read() }, 0.0).unwrap())
}

impl Cell<usize> {
    /// All that tells this cell from another, but for the counters, whose differences alone matter.
    fn hash_into(&self, to: &mut impl Hasher, begun: Instant) {
        let Snapshot { standing, hold, learning, stamp, .. } = &**self.current();
        let credential = match standing {
            Standing::Nobody => (0, None),
            Standing::Live(known) => (1, Some((known.received() - begun, known.minted() == Minted::Given))),
            Standing::Expired { .. } => (2, None),
        };
        (hold, learning, credential, self.hopeless, self.doomed, self.memo.term()).hash(to);
        self.flight.as_ref().map(|slot| (slot.urgent, slot.ahead, slot.refused)).hash(to);
        if *learning {
            (stamp.generation, &self.fruitless).hash(to);
        }
    }
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

/// D16, I12: a refusal ahead of time leaves the credential until it is over; then the session lapses, once.
#[test]
fn a_refusal_ahead_of_time_waits_for_the_end_of_the_credential() {
    let mut cell = Cell::<usize>::new();
    let at = Now::read();
    let tokens = Tokens::new("access").with_lifetime(Duration::from_secs(600));
    cell.log_in(None, Arc::new(Credential::new(tokens, Minted::LoggedIn, at, 0.0).unwrap()), &[]).unwrap();
    let after = |seconds| Now { ticks: at.ticks + Duration::from_secs(seconds), ..at };
    assert!(matches!(cell.enter(true, false, after(580)), Entry::GoAndRenew));
    cell.take_off(1, Cause::Margin);
    assert_eq!(cell.land(&1, Landing::Rejected { lost: false }, after(581).ticks, 0.0), Landed::Failed);

    assert!(!cell.lapse(after(599).ticks));
    for once in [false, true] {
        assert!(matches!(cell.enter(true, once, after(599)), Entry::Go), "no flight starts any more");
    }
    assert!(cell.ask(after(599).ticks).is_err() && cell.next_renewal().is_none());
    assert!(cell.lapse(after(600).ticks) && !cell.lapse(after(601).ticks));
    assert!(matches!(cell.enter(true, false, after(601)), Entry::Expired));
}

/// What is read without the lock is what the lock would have said.
#[test]
fn a_call_that_is_ready_would_have_been_let_go() {
    let at = Now::read();
    for lifetime in [1, 60, 600, 3600] {
        let mut cell = Cell::<usize>::new();
        let tokens = Tokens::new("access").with_lifetime(Duration::from_secs(lifetime));
        cell.log_in(None, Arc::new(Credential::new(tokens, Minted::LoggedIn, at, 0.0).unwrap()), &[])
            .unwrap();
        for percent in 0..=110 {
            let now = Now { ticks: at.ticks + Duration::from_secs(lifetime) * percent / 100, ..at };
            for once in [false, true] {
                let goes = matches!(cell.enter(true, once, now), Entry::Go);
                assert_eq!(cell.current().is_ready(|| now, once), goes, "{percent} % of {lifetime} s");
            }
        }
    }
}

/// K4: who was never logged in has no session that could expire.
#[test]
fn a_refusal_without_any_login_ends_no_session() {
    let (mut cell, at) = (Cell::<usize>::new(), Now::read());
    assert!(matches!(cell.enter(true, false, at), Entry::Start));
    cell.take_off(1, Cause::Clock);

    assert_eq!(cell.land(&1, Landing::Rejected { lost: false }, at.ticks, 0.0), Landed::Failed);

    assert!(matches!(cell.current().standing, Standing::Nobody));
    assert!(matches!(cell.enter(true, false, at), Entry::Nobody), "and it is not tried again");
}

/// C13, J7: what a former login's calls were refused with does not make the next one's refreshes excessive.
#[test]
fn refusals_of_a_former_login_do_not_count_against_the_next() {
    let (mut cell, now) = (logged_in(), Instant::now());
    let former = cell.current().stamp;
    log_in(&mut cell);
    for generation in 0..10 {
        cell.replay_was_refused(Stamp { generation, ..former }, Finding::Expired, ROUTE, now);
    }
    let stamp = cell.current().stamp;
    assert!(matches!(cell.settle(stamp, Finding::Expired, ROUTE, true, now), Settled::Start));
}
