//! Every interleaving of three callers, their flights, an expiry, a failure, a login and a logout. (Callers that go away
//! need no step: the cell does not know its callers.)

use std::collections::{HashSet, VecDeque};

use super::{failed, log_in, logged_in, renewed, ROUTE};
use crate::session::cell::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A caller does the next thing it can do.
    Go(usize),
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
            Step::Land(number, well) => self.land(number, well),
            Step::Expire => {
                self.expiries -= 1;
                self.good = 0;
            }
            Step::LogIn => {
                self.logins -= 1;
                log_in(&mut self.cell);
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
                self.cell.was_accepted(stamp, ROUTE, self.now);
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
                let flight = self.start(Cause::Clock);
                self.wait(flight, stamp, false)
            }
            Entry::Nobody | Entry::Expired | Entry::Fail(_) => Caller::Done,
        }
    }

    fn settle(&mut self, number: usize, stamp: Stamp) -> Caller {
        let current = self.cell.current().stamp;
        match self.cell.settle(stamp, finding_of(number), ROUTE, true, self.now) {
            Settled::Return | Settled::Ended(_) | Settled::Fail(_) => Caller::Done,
            Settled::Replay(newer) => Self::replay(stamp, newer.stamp),
            Settled::Join(flight) => {
                assert_eq!(stamp, current, "I2: a stale refusal waits for a refresh");
                self.wait(flight, stamp, true)
            }
            Settled::Start => {
                assert_eq!(stamp, current, "I2: a stale refusal starts a refresh");
                let flight = self.start(Cause::Refused(finding_of(number)));
                self.wait(flight, stamp, true)
            }
        }
    }

    fn start(&mut self, cause: Cause) -> usize {
        let basis = self.cell.current().stamp;
        let of_epoch = |flight: &Flight| flight.basis.epoch == basis.epoch && !flight.landed;
        assert!(!self.flights.iter().any(of_epoch), "I1: two exchanges of one epoch");
        self.flights.push(Flight { basis, landed: false });
        let number = self.flights.len() - 1;
        self.cell.take_off(number, cause);
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
            Self::replay(stamp, current)
        } else {
            Caller::Sent { stamp: current, first: None }
        }
    }

    fn replay(first: Stamp, second: Stamp) -> Caller {
        assert!(second.generation > first.generation, "I4: replayed without a newer token");
        assert_eq!(second.epoch, first.epoch, "I5: replayed across epochs");
        Caller::Sent { stamp: second, first: Some(first) }
    }

    fn land(&mut self, number: usize, well: bool) {
        let Flight { basis, .. } = self.flights[number];
        let wanted = self.cell.current().stamp == basis;
        self.failures -= u8::from(!well);
        let landed = self.cell.land(&number, if well { renewed() } else { failed() }, self.now, 0.0);
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
        assert_eq!(
            self.cell.ticket().is_some(),
            self.flights.iter().any(flies),
            "I9: slot and flight disagree"
        );
        assert!(!self.cell.current().hold || self.cell.ticket().is_some(), "I7: calls are held for nothing");
    }

    fn key(&self) -> String {
        let current = self.cell.current();
        let known = self.cell.fruitless.is_genuine(current.stamp, ROUTE, self.now);
        let left = [self.expiries, self.logins, self.logouts, self.failures];
        let memo = self.cell.failure(self.now).is_some();
        let live = current.credential().is_some();
        let [first, others @ ..] = &self.callers;
        // Those whose refusals say the same are interchangeable.
        let mut others = others.map(|caller| format!("{caller:?}"));
        others.sort_unstable();
        let Self { good, flights, .. } = self;
        let cell = format!("{:?}{live}{}{known}{memo}", current.stamp, current.hold);
        format!("{cell}{first:?}{others:?}{flights:?}{good}{left:?}")
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
    for step in path {
        model.take(*step);
    }
    model
}

/// B5, F5, J3, J4: I1, I2, I4, I5 and I9 hold in every interleaving, and nobody waits for ever.
#[test]
fn no_interleaving_breaks_an_invariant() {
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([Vec::new()]);
    while let Some(path) = open.pop_front() {
        let model = play(&path);
        let steps = model.steps();
        let over = model.callers.iter().all(|caller| *caller == Caller::Done);
        assert!(over || !steps.is_empty(), "I7: somebody waits for ever");
        for step in steps {
            let mut next = path.clone();
            next.push(step);
            if seen.insert(play(&next).key()) {
                open.push_back(next);
            }
        }
    }
    assert!(seen.len() > 10_000, "only {} states", seen.len());
}
