//! A cell with callers, flights and a server around it, and every step that could be next.
//!
//! Callers that go away need no step: the cell does not know its callers.

use super::{ROUTE, credential, failed, log_in, logged_in, renewed};
use crate::session::cell::*;
use crate::session::decision::Landed;

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A caller does the next thing it can do.
    Go(usize),
    Land(usize, bool),
    Expire,
    LogIn,
    LogOut,
    /// A refresh by hand begins, or its answer is there.
    ByHand,
}

/// What may still happen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) expiries: u8,
    pub(super) failures: u8,
    pub(super) logins: u8,
    pub(super) logouts: u8,
    /// Begin and end.
    pub(super) by_hand: u8,
}

pub(super) const NOTHING: Budget = Budget { expiries: 0, failures: 0, logins: 0, logouts: 0, by_hand: 0 };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
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
pub(super) struct Flight {
    basis: Stamp,
    landed: bool,
    /// What it brings is no longer wanted, and nobody waits for it.
    detached: bool,
}

impl Flight {
    fn is_wanted(&self) -> bool {
        !self.landed && !self.detached
    }
}

/// A cell, a server and callers, at one moment of one interleaving.
pub(super) struct Model {
    cell: Cell<usize>,
    now: Instant,
    pub(super) callers: Vec<Caller>,
    flights: Vec<Flight>,
    /// The generation whose token the server takes.
    good: u64,
    /// What the refresh by hand that is under way began under.
    begun: Option<Stamp>,
    left: Budget,
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
    pub(super) fn new(callers: usize, left: Budget) -> Self {
        Self {
            cell: logged_in(),
            now: Instant::now(),
            callers: vec![Caller::Fresh; callers],
            flights: Vec::new(),
            good: 0,
            begun: None,
            left,
            taken: Vec::new(),
        }
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (number, caller) in self.callers.iter().enumerate() {
            let goes = match caller {
                Caller::Fresh | Caller::Sent { .. } => true,
                Caller::Waiting { flight, .. } => {
                    self.flights[*flight].landed || self.flights[*flight].detached
                }
                Caller::Done => false,
            };
            steps.extend(goes.then_some(Step::Go(number)));
        }
        for (number, _) in self.flights.iter().enumerate().filter(|(_, flight)| !flight.landed) {
            steps.push(Step::Land(number, true));
            steps.extend((self.left.failures > 0).then_some(Step::Land(number, false)));
        }
        let Budget { expiries, logins, logouts, by_hand, .. } = self.left;
        let others = [(expiries, Step::Expire), (logins, Step::LogIn), (logouts, Step::LogOut)];
        let others = others.into_iter().chain([(by_hand, Step::ByHand)]);
        steps.extend(others.filter(|(left, _)| *left > 0).map(|(_, step)| step));
        steps
    }

    pub(super) fn take(&mut self, step: Step) {
        self.taken.push(step);
        match step {
            Step::Go(number) => self.callers[number] = self.go(number),
            Step::Land(number, well) => self.land(number, well),
            Step::Expire => {
                self.left.expiries -= 1;
                self.good = 0;
            }
            Step::LogIn => {
                self.left.logins -= 1;
                log_in(&mut self.cell);
                self.detach();
                self.good = self.cell.current().stamp.generation;
            }
            Step::LogOut => {
                self.left.logouts -= 1;
                self.cell.log_out();
                self.detach();
                self.good = 0;
            }
            Step::ByHand => self.refresh_by_hand(),
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
        match self.cell.enter(true, false, Now { ticks: self.now, ..Now::read() }) {
            Entry::Go | Entry::GoAndRenew => Caller::Sent { stamp, first: None },
            Entry::Join(flight) => self.wait(flight, stamp, false),
            Entry::Start => {
                let flight = self.start(Cause::Clock);
                self.wait(flight, stamp, false)
            }
            Entry::Nobody | Entry::Expired | Entry::Fail(_) => Caller::Done,
            Entry::TryJoin(_) | Entry::TryStart => panic!("no token here has a clock"),
        }
    }

    fn settle(&mut self, number: usize, stamp: Stamp) -> Caller {
        let current = self.cell.current().stamp;
        match self.cell.settle(stamp, finding_of(number), ROUTE, true, self.now) {
            Settled::Return(_) | Settled::Ended(_) | Settled::Lapsed | Settled::Fail(_) => Caller::Done,
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
        assert!(!self.flights.iter().any(Flight::is_wanted), "I1: two exchanges at a time");
        self.flights.push(Flight { basis, landed: false, detached: false });
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
        if refused { Self::replay(stamp, current) } else { Caller::Sent { stamp: current, first: None } }
    }

    fn replay(first: Stamp, second: Stamp) -> Caller {
        assert!(second.generation > first.generation, "I4: replayed without a newer token");
        assert_eq!(second.epoch, first.epoch, "I5: replayed across epochs");
        Caller::Sent { stamp: second, first: Some(first) }
    }

    fn land(&mut self, number: usize, well: bool) {
        let Flight { basis, .. } = self.flights[number];
        let wanted = self.flights[number].is_wanted();
        assert!(!wanted || self.cell.current().stamp == basis, "the session has changed under a flight");
        self.left.failures -= u8::from(!well);
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

    fn refresh_by_hand(&mut self) {
        self.left.by_hand -= 1;
        let current = self.cell.current();
        let Some(begun) = self.begun.take() else {
            self.begun = Some(current.stamp);
            return;
        };
        let wanted = begun == current.stamp && current.credential().is_some();
        let landed = self.cell.renew_by_hand(begun, credential(Minted::Refreshed), None, self.now).0;
        assert_eq!(landed, if wanted { Landed::Published } else { Landed::Discarded }, "I5");
        if wanted {
            self.detach();
            self.good = self.cell.current().stamp.generation;
        }
    }

    fn detach(&mut self) {
        for flight in &mut self.flights {
            flight.detached |= !flight.landed;
        }
    }

    /// What holds between any two steps.
    fn check(&self) {
        let flies = self.flights.iter().any(Flight::is_wanted);
        assert_eq!(self.cell.ticket().is_some(), flies, "I9: slot and flight disagree");
        assert!(!self.cell.current().hold || flies, "I7: calls are held for nothing");
    }

    pub(super) fn key(&self) -> String {
        let current = self.cell.current();
        let known = self.cell.fruitless.genuine(current.stamp, ROUTE, self.now).is_some();
        let memo = self.cell.failure(self.now).is_some();
        let live = current.credential().is_some();
        // Those whose refusals say the same are interchangeable.
        let mut callers: Vec<_> = self.callers.iter().map(|caller| format!("{caller:?}")).collect();
        callers[1..].sort_unstable();
        let Self { good, flights, begun, left, .. } = self;
        let cell = format!("{:?}{live}{}{known}{memo}", current.stamp, current.hold);
        format!("{cell}{callers:?}{flights:?}{good}{begun:?}{left:?}")
    }
}

fn finding_of(caller: usize) -> Finding {
    if caller == 0 { Finding::Expired } else { Finding::Suspect }
}
