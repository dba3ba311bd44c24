//! The cell alone: steps that no caller can show, and every interleaving of three callers, their flights, an expiry,
//! a login, a logout, a failure and a caller that goes away.

use std::collections::HashSet;

use super::super::tokens::Tokens;
use super::*;

const ROUTE: &str = "Shop::order";

fn credential(minted: Minted) -> Arc<Credential> {
    Arc::new(
        Credential::new(Tokens::new(fastrand::u64(..).to_string()), minted, Instant::now(), 0.0).unwrap(),
    )
}

fn renewed() -> Landing {
    Landing::Renewed { credential: credential(Minted::Refreshed), cookies: None }
}

fn failed() -> Landing {
    Landing::Failed { error: Error::new(Kind::Refresh, "on purpose"), retry_after: None }
}

fn logged_in() -> Cell<usize> {
    let mut cell = Cell::new();
    cell.log_in(credential(Minted::Given), None);
    cell
}

/// B5: a refusal that comes in while a flight lands meets either the flight or its token, and nothing between.
#[test]
fn publishing_the_token_and_clearing_the_slot_are_one_step() {
    let (mut cell, now) = (logged_in(), Instant::now());
    let stamp = cell.current().stamp;
    let settle = |cell: &mut Cell<usize>| cell.settle(stamp, Finding::Expired, ROUTE, true, now);
    assert!(matches!(settle(&mut cell), Settled::Start));
    cell.take_off(1, true);
    assert!(matches!(settle(&mut cell), Settled::Join(1)));
    assert!(matches!(cell.enter(true, now), Entry::Join(1)));

    assert_eq!(cell.land(stamp, renewed(), now, 0.0), Landed::Published);

    assert!(!cell.in_flight() && !cell.current().hold);
    let newer = Stamp { generation: stamp.generation + 1, ..stamp };
    assert!(matches!(settle(&mut cell), Settled::Replay(current) if current.stamp == newer));
    assert!(matches!(cell.enter(true, now), Entry::Go));
}

/// F5: a flight that a login detached neither clears nor lands in the slot of the next one.
#[test]
fn a_detached_flight_leaves_the_slot_of_the_next_one_alone() {
    let (mut cell, now) = (logged_in(), Instant::now());
    let old = cell.current().stamp;
    cell.take_off(1, true);
    cell.log_in(credential(Minted::Given), None);
    let new = cell.current().stamp;
    cell.take_off(2, true);

    assert_eq!(cell.land(old, renewed(), now, 0.0), Landed::Discarded);

    assert_eq!((cell.ticket(), cell.current().stamp), (Some(2), new));
    assert_eq!(cell.land(new, renewed(), now, 0.0), Landed::Published);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A caller does the next thing it can do.
    Go(usize),
    Drop(usize),
    Land(usize, bool),
    Expire,
    LogIn,
    LogOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Fresh,
    /// `first`: what the first send was sent under, if this is the second.
    Sent {
        stamp: Stamp,
        first: Option<Stamp>,
    },
    Waiting {
        flight: usize,
        stamp: Stamp,
        refused: bool,
    },
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flight {
    basis: Stamp,
    landed: bool,
}

/// A cell, a server and callers, at one moment of one interleaving.
struct Model {
    cell: Cell<usize>,
    now: Instant,
    callers: [Caller; 3],
    flights: Vec<Flight>,
    /// The generation whose token the server takes.
    good: u64,
    expiries: u8,
    logins: u8,
    logouts: u8,
    failures: u8,
    drops: u8,
    taken: Vec<Step>,
}

impl Drop for Model {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("after {:?}", self.taken);
        }
    }
}

impl Model {
    fn new() -> Self {
        Self {
            taken: Vec::new(),
            cell: logged_in(),
            now: Instant::now(),
            callers: [Caller::Fresh; 3],
            flights: Vec::new(),
            good: 0,
            expiries: 1,
            logins: 1,
            logouts: 1,
            failures: 1,
            drops: 1,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (number, caller) in self.callers.iter().enumerate() {
            let goes = match caller {
                Caller::Fresh | Caller::Sent { .. } => true,
                Caller::Waiting { flight, .. } => self.flights[*flight].landed,
                Caller::Done => false,
            };
            steps.extend(goes.then_some(Step::Go(number)));
            steps.extend((self.drops > 0 && *caller != Caller::Done).then_some(Step::Drop(number)));
        }
        for (number, _) in self.flights.iter().enumerate().filter(|(_, flight)| !flight.landed) {
            steps.push(Step::Land(number, true));
            steps.extend((self.failures > 0).then_some(Step::Land(number, false)));
        }
        let single =
            [(self.expiries, Step::Expire), (self.logins, Step::LogIn), (self.logouts, Step::LogOut)];
        steps.extend(single.into_iter().filter(|(left, _)| *left > 0).map(|(_, step)| step));
        steps
    }

    fn take(&mut self, step: Step) {
        self.taken.push(step);
        match step {
            Step::Go(number) => self.callers[number] = self.go(number),
            Step::Drop(number) => {
                self.drops -= 1;
                self.callers[number] = Caller::Done;
            }
            Step::Land(number, well) => self.land(number, well),
            Step::Expire => {
                self.expiries -= 1;
                self.good = 0;
            }
            Step::LogIn => {
                self.logins -= 1;
                self.cell.log_in(credential(Minted::Given), None);
                self.good = self.cell.current().stamp.generation;
            }
            Step::LogOut => {
                self.logouts -= 1;
                self.cell.log_out();
                self.good = 0;
            }
        }
        self.check();
    }

    fn go(&mut self, number: usize) -> Caller {
        match self.callers[number] {
            Caller::Fresh => self.enter(),
            Caller::Sent { stamp, first } if stamp.generation == self.good => {
                self.cell.was_accepted(stamp, ROUTE);
                assert!(first.is_none_or(|first| first.epoch == stamp.epoch), "I5: replayed across epochs");
                Caller::Done
            }
            Caller::Sent { stamp, first: Some(_) } => {
                self.cell.replay_was_refused(stamp, finding_of(number), ROUTE, self.now);
                Caller::Done
            }
            Caller::Sent { stamp, first: None } => self.settle(number, stamp),
            Caller::Waiting { stamp, refused, .. } => self.wake(stamp, refused),
            Caller::Done => Caller::Done,
        }
    }

    fn enter(&mut self) -> Caller {
        let stamp = self.cell.current().stamp;
        match self.cell.enter(true, self.now) {
            Entry::Go | Entry::GoAndRenew => Caller::Sent { stamp, first: None },
            Entry::Join(flight) => self.wait(flight, stamp, false),
            Entry::Start => {
                let flight = self.start(true);
                self.wait(flight, stamp, false)
            }
            Entry::Nobody | Entry::Expired | Entry::Fail(_) => Caller::Done,
        }
    }

    fn settle(&mut self, number: usize, stamp: Stamp) -> Caller {
        let current = self.cell.current().stamp;
        match self.cell.settle(stamp, finding_of(number), ROUTE, true, self.now) {
            Settled::Return | Settled::Ended(_) | Settled::Fail(_) => Caller::Done,
            Settled::Replay(newer) => self.replay(stamp, newer.stamp),
            Settled::Join(flight) => {
                assert_eq!(stamp, current, "I2: a stale refusal waits for a refresh");
                self.wait(flight, stamp, true)
            }
            Settled::Start => {
                assert_eq!(stamp, current, "I2: a stale refusal starts a refresh");
                let flight = self.start(finding_of(number) == Finding::Expired);
                self.wait(flight, stamp, true)
            }
        }
    }

    fn start(&mut self, urgent: bool) -> usize {
        let basis = self.cell.current().stamp;
        let of_epoch = |flight: &&Flight| flight.basis.epoch == basis.epoch && !flight.landed;
        assert!(self.flights.iter().find(of_epoch).is_none(), "I1: two exchanges of one epoch");
        self.flights.push(Flight { basis, landed: false });
        let number = self.flights.len() - 1;
        self.cell.take_off(number, urgent);
        number
    }

    fn wait(&self, flight: usize, stamp: Stamp, refused: bool) -> Caller {
        assert!(!self.flights[flight].landed, "B5: joined a flight that has landed");
        assert_eq!(self.flights[flight].basis, stamp, "joined the flight of something else");
        Caller::Waiting { flight, stamp, refused }
    }

    fn wake(&mut self, stamp: Stamp, refused: bool) -> Caller {
        let current = self.cell.current().stamp;
        if self.cell.ended(stamp).is_some() || current.epoch != stamp.epoch || current == stamp {
            return Caller::Done;
        }
        if refused {
            self.replay(stamp, current)
        } else {
            Caller::Sent { stamp: current, first: None }
        }
    }

    fn replay(&self, first: Stamp, second: Stamp) -> Caller {
        assert!(second.generation > first.generation, "I4: replayed without a newer token");
        assert_eq!(second.epoch, first.epoch, "I5: replayed across epochs");
        Caller::Sent { stamp: second, first: Some(first) }
    }

    fn land(&mut self, number: usize, well: bool) {
        let Flight { basis, .. } = self.flights[number];
        let wanted = self.cell.current().stamp == basis;
        self.failures -= u8::from(!well);
        let landed = self.cell.land(basis, if well { renewed() } else { failed() }, self.now, 0.0);
        self.flights[number].landed = true;
        let expected = match (wanted, well) {
            (false, _) => Landed::Discarded,
            (true, true) => Landed::Published,
            (true, false) => Landed::Failed,
        };
        assert_eq!(landed, expected, "I5");
        if landed == Landed::Published {
            self.good = self.cell.current().stamp.generation;
        }
    }

    /// What holds between any two steps.
    fn check(&self) {
        let stamp = self.cell.current().stamp;
        let flies = |flight: &Flight| flight.basis == stamp && !flight.landed;
        assert_eq!(self.cell.in_flight(), self.flights.iter().any(flies), "I9: slot and flight disagree");
        assert!(!self.cell.current().hold || self.cell.in_flight(), "I7: calls are held for nothing");
    }

    fn key(&self) -> String {
        let current = self.cell.current();
        let known = self.cell.fruitless.is_genuine(current.stamp, ROUTE, self.now);
        let left = [self.expiries, self.logins, self.logouts, self.failures, self.drops];
        let memo = self.cell.failure(self.now).is_some();
        let live = current.credential().is_some();
        let (callers, flights) = (&self.callers, &self.flights);
        format!(
            "{:?}{live}{}{known}{memo}{callers:?}{flights:?}{}{left:?}",
            current.stamp, current.hold, self.good
        )
    }
}

fn finding_of(caller: usize) -> Finding {
    if caller == 0 {
        Finding::Expired
    } else {
        Finding::Suspect
    }
}

fn play(path: &[Step]) -> Model {
    let mut model = Model::new();
    path.iter().for_each(|step| model.take(*step));
    model
}

/// B5, F5, J3, J4: I1, I2, I4, I5 and I9 hold in every interleaving, and nobody waits for ever.
#[test]
fn no_interleaving_breaks_an_invariant() {
    let mut seen = HashSet::new();
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let model = play(&path);
        let steps = model.steps();
        let over = model.callers.iter().all(|caller| *caller == Caller::Done);
        assert!(over || !steps.is_empty(), "I7: somebody waits for ever");
        for step in steps {
            let mut next = path.clone();
            next.push(step);
            if seen.insert(play(&next).key()) {
                open.push(next);
            }
        }
    }
    assert!(seen.len() > 10_000, "only {} states", seen.len());
}
