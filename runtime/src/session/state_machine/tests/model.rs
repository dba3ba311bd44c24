//! A cell with callers, flights and a server around it, and every step that could be next.

mod calls;
mod key;

use std::sync::Arc;
use std::time::Duration;

use super::{credential_at, failed};
use crate::session::decisions::{Completion, RefreshResult};
use crate::session::state_machine::*;

/// How long tokens live, and how far time goes at a step: into the margin, and then past the end.
const LIFETIME: Duration = Duration::from_secs(100);
const AGE: Duration = Duration::from_secs(81);

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A caller does the next thing it can do.
    Go(usize),
    /// A caller goes away.
    Leave(usize),
    Land(usize, End),
    Expire,
    LogIn,
    LogOut,
    /// A refresh by hand begins, or its answer is there.
    ByHand,
    Age,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Well,
    /// The token that was there already.
    Echo,
    Failed,
    Refused,
    Aborted,
}

/// What may still happen.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Budget {
    pub(super) expiries: u8,
    pub(super) failures: u8,
    pub(super) refusals: u8,
    pub(super) aborts: u8,
    pub(super) echoes: u8,
    pub(super) logins: u8,
    pub(super) logouts: u8,
    pub(super) leavers: u8,
    pub(super) ages: u8,
    /// Begin and end.
    pub(super) by_hand: u8,
}

pub(super) const NOTHING: Budget = Budget {
    expiries: 0,
    failures: 0,
    refusals: 0,
    aborts: 0,
    echoes: 0,
    logins: 0,
    logouts: 0,
    leavers: 0,
    ages: 0,
    by_hand: 0,
};

/// What a caller is refused with, and what it does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Certain,
    Doubtful,
    /// Its body can be sent only once.
    Once,
    /// It asks for a refresh and calls nothing.
    Ahead,
}

/// Why a caller waits for a flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Before,
    /// Before its send, which it can do without.
    Spare,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Fresh,
    /// `first`: what the first send was sent under, if this is the second.
    Sent {
        stamp: Stamp,
        first: Option<Stamp>,
    },
    Waiting {
        flight: usize,
        stamp: Stamp,
        how: How,
    },
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RefreshTask {
    basis: Stamp,
    /// The refresh token that it presents.
    secret: u64,
    completion: bool,
    /// What it brings is no longer wanted, and nobody waits for it.
    detached: bool,
}

impl RefreshTask {
    fn is_wanted(&self) -> bool {
        !self.completion && !self.detached
    }
}

/// How one came to a moment.
struct Past {
    step: Step,
    before: Option<Arc<Past>>,
}

/// A cell, a server and callers, at one moment of one interleaving.
#[derive(Clone)]
pub(super) struct Model {
    machine: StateMachine<usize>,
    begun: Now,
    now: Instant,
    callers: Vec<(Kind, Place)>,
    flights: Vec<RefreshTask>,
    /// The generation whose token the server takes.
    good: u64,
    /// The refresh token of now, and those that were spent.
    secret: u64,
    spent: Vec<u64>,
    /// How often the session ended in this epoch.
    ends: u8,
    /// What the refresh by hand that is under way began under.
    by_hand: Option<Stamp>,
    left: Budget,
    past: Option<Arc<Past>>,
    /// A step is being taken: if it fails, this is the model to show.
    stepping: bool,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps = std::iter::successors(self.past.as_deref(), |past| past.before.as_deref());
        let mut steps: Vec<_> = steps.map(|past| past.step).collect();
        steps.reverse();
        write!(f, "{:?} {:?}, after {steps:?}", self.callers, self.flights)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        if self.stepping && std::thread::panicking() {
            eprintln!("{self:?}");
        }
    }
}

impl Model {
    pub(super) fn new(callers: &[Kind], left: Budget) -> Self {
        let begun = Now::read();
        let mut model = Self {
            machine: StateMachine::new(),
            begun,
            now: begun.ticks,
            callers: callers.iter().map(|kind| (*kind, Place::Fresh)).collect(),
            flights: Vec::new(),
            good: 0,
            secret: 0,
            spent: Vec::new(),
            ends: 0,
            by_hand: None,
            left,
            past: None,
            stepping: false,
        };
        model.log_in();
        model
    }

    pub(super) fn is_expired(&self) -> bool {
        self.callers.iter().all(|(_, place)| *place == Place::Done)
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let (mut steps, left) = (Vec::new(), &self.left);
        for (number, (_, place)) in self.callers.iter().enumerate() {
            let goes = match place {
                Place::Fresh | Place::Sent { .. } => true,
                Place::Waiting { flight, .. } => !self.flights[*flight].is_wanted(),
                Place::Done => continue,
            };
            steps.extend(goes.then_some(Step::Go(number)));
            // Who has not begun and goes away has never been there.
            let leaves = left.leavers > 0 && *place != Place::Fresh;
            steps.extend(leaves.then_some(Step::Leave(number)));
        }
        let ends = [
            (1, End::Well),
            (left.echoes, End::Echo),
            (left.failures, End::Failed),
            (left.refusals, End::Refused),
            (left.aborts, End::Aborted),
        ];
        for (number, flight) in self.flights.iter().enumerate().filter(|(_, flight)| !flight.completion) {
            // How a flight ends that nobody wants is all the same.
            let ends = if flight.detached { &ends[..1] } else { &ends[..] };
            steps.extend(ends.iter().filter(|(left, _)| *left > 0).map(|(_, end)| Step::Land(number, *end)));
        }
        let others = [
            (left.expiries, Step::Expire),
            (left.logins, Step::LogIn),
            (left.logouts, Step::LogOut),
            (left.by_hand, Step::ByHand),
            (left.ages, Step::Age),
        ];
        steps.extend(others.into_iter().filter(|(left, _)| *left > 0).map(|(_, step)| step));
        steps
    }

    pub(super) fn take(&mut self, step: Step) {
        self.past = Some(Arc::new(Past { step, before: self.past.take() }));
        self.stepping = true;
        match step {
            Step::Go(number) => self.callers[number].1 = self.go(number),
            Step::Leave(number) => {
                self.left.leavers -= 1;
                let before = self.machine.current().clone();
                self.callers[number].1 = Place::Done;
                assert!(Arc::ptr_eq(&before, self.machine.current()), "I6");
            }
            Step::Land(number, end) => self.complete(number, end),
            Step::Expire => {
                self.left.expiries -= 1;
                self.good = 0;
            }
            Step::LogIn => {
                self.left.logins -= 1;
                self.log_in();
            }
            Step::LogOut => {
                self.left.logouts -= 1;
                self.machine.log_out();
                self.detach();
                (self.good, self.ends) = (0, 0);
            }
            Step::ByHand => self.refresh_by_hand(),
            Step::Age => {
                self.left.ages -= 1;
                self.now += AGE;
            }
        }
        self.check();
        self.stepping = false;
    }

    fn log_in(&mut self) {
        self.machine.log_in(None, credential_at(Source::Given, self.now, LIFETIME), &[]).unwrap();
        self.detach();
        (self.good, self.ends) = (self.machine.current().stamp.generation, 0);
        self.secret += 1;
    }

    fn complete(&mut self, number: usize, end: End) {
        let RefreshTask { basis, secret, .. } = self.flights[number];
        let wanted = self.flights[number].is_wanted();
        let before = self.machine.current().clone();
        assert!(!wanted || before.stamp == basis, "the session has changed under a flight");
        let result = self.result(end);
        if matches!(end, End::Well | End::Echo) {
            self.spent.push(secret);
        }
        let completion = self.machine.complete(&number, result, self.now, 0.0);
        self.flights[number].completion = true;
        let after = self.machine.current().stamp;
        match completion {
            Completion::Discarded => {
                assert!(
                    !wanted && Arc::ptr_eq(&before, self.machine.current()),
                    "I5: nothing of another epoch lands"
                );
            }
            Completion::Published => {
                assert!(wanted && matches!(end, End::Well | End::Echo), "I5");
                assert_eq!(after.generation, before.stamp.generation + 1, "I13: one generation each");
                assert!(self.machine.failure(self.now).is_none(), "I9: a failure outlives a new token");
                self.good = if end == End::Echo && self.good == 0 { 0 } else { after.generation };
                self.secret += 1;
            }
            Completion::Failed => {
                assert!(wanted && end != End::Well && after == before.stamp, "I9");
                // A rotated secret is kept though the token is no better.
                self.secret += u64::from(end == End::Echo);
            }
            Completion::Expired => {
                assert!(wanted && end == End::Refused, "I12");
                self.end();
            }
        }
    }

    fn result(&mut self, end: End) -> RefreshResult {
        let left = &mut self.left;
        let refreshed = |credential| RefreshResult::Refreshed { credential, cookies: None };
        match end {
            End::Well => refreshed(credential_at(Source::Refreshed, self.now, LIFETIME)),
            End::Echo => {
                left.echoes -= 1;
                let old = self.machine.current().credential().cloned();
                refreshed(old.unwrap_or_else(|| credential_at(Source::Refreshed, self.now, LIFETIME)))
            }
            End::Failed => {
                left.failures -= 1;
                failed()
            }
            End::Refused => {
                left.refusals -= 1;
                RefreshResult::Rejected { rotation_lost: false }
            }
            End::Aborted => {
                left.aborts -= 1;
                RefreshResult::Aborted
            }
        }
    }

    fn refresh_by_hand(&mut self) {
        self.left.by_hand -= 1;
        let current = self.machine.current();
        let Some(begun) = self.by_hand.take() else {
            self.by_hand = Some(current.stamp);
            return;
        };
        let wanted = begun == current.stamp && current.credential().is_some();
        let credential = credential_at(Source::Refreshed, self.now, LIFETIME);
        let completion = self.machine.set_refreshed(begun, credential, None, self.now).0;
        assert_eq!(completion, if wanted { Completion::Published } else { Completion::Discarded }, "I5");
        if wanted {
            self.detach();
            self.good = self.machine.current().stamp.generation;
            self.secret += 1;
        }
    }

    fn detach(&mut self) {
        for flight in &mut self.flights {
            flight.detached |= !flight.completion;
        }
    }

    /// What holds between any two steps.
    fn check(&self) {
        let flies = self.flights.iter().any(RefreshTask::is_wanted);
        assert_eq!(self.machine.handle().is_some(), flies, "I9: slot and flight disagree");
        assert!(!self.machine.current().wait_for_refresh || flies, "I7: calls are held for nothing");
        let ended = matches!(self.machine.current().login_state, LoginState::Expired { .. });
        assert_eq!(ended, self.ends > 0, "I12");
    }
}
