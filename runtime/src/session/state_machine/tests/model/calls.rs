//! What a caller does at each step: what `dispatch` does, without the network.

use super::super::ROUTE;
use super::{How, Kind, Model, Place, RefreshTask};
use crate::session::state_machine::*;

impl Model {
    pub(super) fn go(&mut self, number: usize) -> Place {
        let (kind, place) = self.callers[number];
        match place {
            Place::Fresh if kind == Kind::Ahead => self.ask(),
            Place::Fresh => self.enter(kind == Kind::Once),
            Place::Sent { stamp, first } if stamp.generation == self.good => {
                self.machine.was_accepted(stamp, ROUTE, self.now);
                assert!(first.is_none_or(|first| first.epoch == stamp.epoch), "I5: replayed across epochs");
                Place::Done
            }
            Place::Sent { stamp, first: Some(_) } => {
                self.machine.replay_was_refused(stamp, finding_of(kind), ROUTE, self.now);
                Place::Done
            }
            Place::Sent { stamp, first: None } => self.settle(kind, stamp),
            Place::Waiting { stamp, how, .. } => self.wake(kind, stamp, how),
            Place::Done => Place::Done,
        }
    }

    fn enter(&mut self, once: bool) -> Place {
        if self.machine.expire_if_over(self.now) {
            self.end();
        }
        let (stamp, now) = (self.machine.current().stamp, Now { ticks: self.now, ..self.begun });
        // A logout leaves nothing to refresh with.
        let can_refresh = self.machine.current().credential().is_some();
        match self.machine.enter(can_refresh, once, now) {
            Entry::Go => Place::Sent { stamp, first: None },
            Entry::GoAndRefresh => {
                self.start_ahead();
                Place::Sent { stamp, first: None }
            }
            Entry::Join(flight) => self.wait(flight, stamp, How::Before),
            Entry::TryJoin(flight) => self.wait(flight, stamp, How::Spare),
            Entry::TryStart => {
                let flight = self.start_ahead();
                self.wait(flight, stamp, How::Spare)
            }
            Entry::Start => {
                let flight = self.start(Cause::Expired);
                self.wait(flight, stamp, How::Before)
            }
            Entry::NoSession | Entry::Expired | Entry::Fail(_) => Place::Done,
        }
    }

    fn start_ahead(&mut self) -> usize {
        assert!(self.machine.failure(self.now).is_none(), "I20, H13: ahead of time in spite of a failure");
        self.start(Cause::BeforeExpiry)
    }

    pub(super) fn end(&mut self) {
        self.ends += 1;
        assert_eq!(self.ends, 1, "I13: the end is told once");
    }

    /// As `Session::refresh` does.
    fn ask(&mut self) -> Place {
        let current = self.machine.current().clone();
        if current.credential().is_none() {
            return Place::Done;
        }
        match self.machine.ask(self.now) {
            Ok(running) => {
                let flight = running.unwrap_or_else(|| self.start(Cause::Manual));
                self.wait(flight, current.stamp, How::Before)
            }
            Err(_) => Place::Done,
        }
    }

    fn settle(&mut self, kind: Kind, stamp: Stamp) -> Place {
        let current = self.machine.current().stamp;
        match self.machine.settle(stamp, finding_of(kind), ROUTE, true, self.now) {
            Settled::Return(_) => Place::Done,
            Settled::Expired(_) => {
                assert_eq!(stamp, current, "I12: an old refusal ends nothing");
                self.end();
                Place::Done
            }
            Settled::Ended(_) => {
                let ended = stamp.epoch != current.epoch || self.ends > 0;
                assert!(ended, "J5: told of an end that was none");
                Place::Done
            }
            Settled::Fail(_) => {
                assert_eq!(stamp, current, "I11: somebody else's failure");
                Place::Done
            }
            Settled::Replay(newer) => self.again(kind, stamp, newer.stamp),
            Settled::Join(flight) => {
                assert_eq!(stamp, current, "I2: a stale refusal waits for a refresh");
                self.wait(flight, stamp, How::Refused)
            }
            Settled::Start => {
                assert_eq!(stamp, current, "I2: a stale refusal starts a refresh");
                assert!(self.machine.failure(self.now).is_none(), "D13: a refresh in spite of a failure");
                let flight = self.start(Cause::Refused(finding_of(kind)));
                self.wait(flight, stamp, How::Refused)
            }
        }
    }

    fn start(&mut self, cause: Cause) -> usize {
        let (basis, secret) = (self.machine.current().stamp, self.secret);
        assert!(!self.flights.iter().any(RefreshTask::is_wanted), "I1: two exchanges at a time");
        assert!(!self.spent.contains(&secret), "G2: a spent token is presented");
        let presented = self.flights.iter().any(|flight| !flight.completion && flight.secret == secret);
        assert!(!presented || self.by_hand.is_some(), "I8: a token is presented twice");
        assert_eq!(self.ends, 0, "D15: a refresh after the end");
        self.flights.push(RefreshTask { basis, secret, completion: false, detached: false });
        let number = self.flights.len() - 1;
        self.machine.start(number, cause);
        number
    }

    fn wait(&self, flight: usize, stamp: Stamp, how: How) -> Place {
        assert!(self.flights[flight].is_wanted(), "B5: joined a flight that is over");
        assert_eq!(self.flights[flight].basis, stamp, "joined the flight of something else");
        Place::Waiting { flight, stamp, how }
    }

    fn wake(&mut self, kind: Kind, stamp: Stamp, how: How) -> Place {
        let current = self.machine.current().clone();
        let newer = current.stamp.epoch == stamp.epoch && current.stamp.generation > stamp.generation;
        if !newer || self.machine.ended(stamp).is_some() {
            let fallback = how == How::Spare && current.stamp == stamp && current.credential().is_some();
            return if fallback { Place::Sent { stamp, first: None } } else { Place::Done };
        }
        match (how, kind) {
            (How::Refused, _) => self.again(kind, stamp, current.stamp),
            (_, Kind::Ahead) => Place::Done,
            (_, _) => Place::Sent { stamp: current.stamp, first: None },
        }
    }

    fn again(&mut self, kind: Kind, first: Stamp, second: Stamp) -> Place {
        assert!(second.generation > first.generation, "I4: replayed without a newer token");
        assert_eq!(second.epoch, first.epoch, "I5: replayed across epochs");
        if kind == Kind::Once {
            self.machine.refreshed_without_replay(second, ROUTE);
            return Place::Done;
        }
        Place::Sent { stamp: second, first: Some(first) }
    }
}

fn finding_of(kind: Kind) -> Finding {
    if kind == Kind::Certain { Finding::Expired } else { Finding::Suspect }
}
