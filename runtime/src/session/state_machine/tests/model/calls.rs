//! Runs a caller's steps in the model. The steps match those of a real call but do not use the network.

use super::super::ROUTE;
use super::{How, Kind, Model, ModelRefresh, Place};
use crate::session::state_machine::machine::*;

impl Model {
    pub(super) fn go(&mut self, number: usize) -> Place {
        let (kind, place) = self.callers[number];
        match place {
            Place::Fresh if kind == Kind::Manual => self.ask(),
            Place::Fresh => self.enter(kind == Kind::Once),
            Place::Sent { stamp, first } if stamp.generation == self.good => {
                self.machine.was_accepted(stamp, ROUTE, self.now);
                assert!(
                    first.is_none_or(|first| first.epoch == stamp.epoch),
                    "I5: a call was sent again with another login"
                );
                Place::Done
            }
            Place::Sent { stamp, first: Some(_) } => {
                self.machine.replay_was_refused(stamp, refusal_of(kind), ROUTE, self.now);
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
        // In the model, a session cannot be refreshed after a logout.
        let can_refresh = self.machine.current().credential().is_some();
        match self.machine.enter(can_refresh, once, now) {
            Entry::Go => Place::Sent { stamp, first: None },
            Entry::GoAndRefresh => {
                self.start_before_expiry();
                Place::Sent { stamp, first: None }
            }
            Entry::Join(refresh) => self.wait(refresh, stamp, How::Before),
            Entry::TryJoin(refresh) => self.wait(refresh, stamp, How::Optional),
            Entry::TryStart => {
                let refresh = self.start_before_expiry();
                self.wait(refresh, stamp, How::Optional)
            }
            Entry::Start => {
                let refresh = self.start(Cause::Expired);
                self.wait(refresh, stamp, How::Before)
            }
            Entry::NoSession | Entry::Expired | Entry::Fail(_) => Place::Done,
        }
    }

    fn start_before_expiry(&mut self) -> usize {
        assert!(
            self.machine.failure(self.now).is_none(),
            "I20, H13: a refresh before expiry started despite a remembered failure"
        );
        self.start(Cause::BeforeExpiry)
    }

    pub(super) fn end(&mut self) {
        self.ends += 1;
        assert_eq!(self.ends, 1, "I13: the session expires once");
    }

    fn ask(&mut self) -> Place {
        let current = self.machine.current().clone();
        if current.credential().is_none() {
            return Place::Done;
        }
        match self.machine.ask(self.now) {
            Ok(running) => {
                let refresh = running.unwrap_or_else(|| self.start(Cause::Manual));
                self.wait(refresh, current.stamp, How::Before)
            }
            Err(_) => Place::Done,
        }
    }

    fn settle(&mut self, kind: Kind, stamp: Stamp) -> Place {
        let current = self.machine.current().stamp;
        match self.machine.settle(stamp, refusal_of(kind), ROUTE, true, self.now) {
            Settled::Return(_) => Place::Done,
            Settled::Expired(_) => {
                assert_eq!(stamp, current, "I12: an old refusal must not end the session");
                self.end();
                Place::Done
            }
            Settled::Ended(_) => {
                let ended = stamp.epoch != current.epoch || self.ends > 0;
                assert!(ended, "J5: the reported end of the session did not happen");
                Place::Done
            }
            Settled::Fail(_) => {
                assert_eq!(stamp, current, "I11: a call received the failure of another generation");
                Place::Done
            }
            Settled::Replay(newer) => self.again(kind, stamp, newer.stamp),
            Settled::Join(refresh) => {
                assert_eq!(stamp, current, "I2: an old refusal waits for a refresh");
                self.wait(refresh, stamp, How::Refused)
            }
            Settled::Start => {
                assert_eq!(stamp, current, "I2: an old refusal starts a refresh");
                assert!(
                    self.machine.failure(self.now).is_none(),
                    "D13: a refresh started despite a remembered failure"
                );
                let refresh = self.start(Cause::Refused(refusal_of(kind)));
                self.wait(refresh, stamp, How::Refused)
            }
        }
    }

    fn start(&mut self, cause: Cause) -> usize {
        let (basis, refresh_token) = (self.machine.current().stamp, self.refresh_token);
        assert!(!self.refreshes.iter().any(ModelRefresh::is_wanted), "I1: two refreshes at the same time");
        assert!(!self.spent.contains(&refresh_token), "G2: a spent refresh token is sent");
        let sent_twice =
            self.refreshes.iter().any(|refresh| !refresh.completed && refresh.refresh_token == refresh_token);
        assert!(!sent_twice || self.manual.is_some(), "I8: a refresh token is sent twice");
        assert_eq!(self.ends, 0, "D15: a refresh started after the end of the session");
        self.refreshes.push(ModelRefresh { basis, refresh_token, completed: false, detached: false });
        let number = self.refreshes.len() - 1;
        self.machine.start(number, cause);
        number
    }

    fn wait(&self, refresh: usize, stamp: Stamp, how: How) -> Place {
        assert!(self.refreshes[refresh].is_wanted(), "B5: a caller waits for a refresh that is complete");
        assert_eq!(
            self.refreshes[refresh].basis, stamp,
            "a caller waits for a refresh of another generation"
        );
        Place::Waiting { refresh, stamp, how }
    }

    fn wake(&mut self, kind: Kind, stamp: Stamp, how: How) -> Place {
        let current = self.machine.current().clone();
        let newer = current.stamp.epoch == stamp.epoch && current.stamp.generation > stamp.generation;
        if !newer || self.machine.ended(stamp).is_some() {
            let fallback = how == How::Optional && current.stamp == stamp && current.credential().is_some();
            return if fallback { Place::Sent { stamp, first: None } } else { Place::Done };
        }
        match (how, kind) {
            (How::Refused, _) => self.again(kind, stamp, current.stamp),
            (_, Kind::Manual) => Place::Done,
            (_, _) => Place::Sent { stamp: current.stamp, first: None },
        }
    }

    fn again(&mut self, kind: Kind, first: Stamp, second: Stamp) -> Place {
        assert!(second.generation > first.generation, "I4: a call was sent again without a newer token");
        assert_eq!(second.epoch, first.epoch, "I5: a call was sent again with another login");
        if kind == Kind::Once {
            self.machine.refreshed_without_replay(second, ROUTE);
            return Place::Done;
        }
        Place::Sent { stamp: second, first: Some(first) }
    }
}

fn refusal_of(kind: Kind) -> RefusalKind {
    if kind == Kind::Certain { RefusalKind::Expired } else { RefusalKind::Suspect }
}
