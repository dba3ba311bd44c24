//! Models a state machine with callers, refreshes and a server, and lists the possible next steps of each state.
//! Start with `calls.rs`.

mod calls;
mod key;
mod refreshes;

use crate::session::credential::Source;
use std::sync::Arc;
use std::time::Duration;

use super::credential_at;
use crate::session::state_machine::machine::*;

/// The lifetime of the tokens. Time step 1 ends shortly before the tokens expire, and time step 2 ends after they
/// expire.
const LIFETIME: Duration = Duration::from_secs(100);
const AGE: Duration = Duration::from_secs(81);

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Go(usize),
    Drop(usize),
    Complete(usize, End),
    Expire,
    LogIn,
    LogOut,
    Manual,
    PassTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Refreshed,
    SameToken,
    Failed,
    Refused,
    Aborted,
}

/// The number of times that each event can still happen.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Budget {
    pub(super) expiries: u8,
    pub(super) failures: u8,
    pub(super) refusals: u8,
    pub(super) aborts: u8,
    pub(super) same_tokens: u8,
    pub(super) logins: u8,
    pub(super) logouts: u8,
    pub(super) drops: u8,
    pub(super) time_steps: u8,
    /// The start and the end of a manual refresh are counted as two events.
    pub(super) manual: u8,
}

pub(super) const NOTHING: Budget = Budget {
    expiries: 0,
    failures: 0,
    refusals: 0,
    aborts: 0,
    same_tokens: 0,
    logins: 0,
    logouts: 0,
    drops: 0,
    time_steps: 0,
    manual: 0,
};

/// How the server refuses a caller's call, and how the caller reacts to the refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Certain,
    Suspect,
    /// The request body can be sent only once.
    Once,
    /// The caller requests a manual refresh instead of making a call.
    Manual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Before,
    /// The caller waits before it sends its call, even though the current token is still valid.
    Optional,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Fresh,
    /// The call was sent. `first` is the stamp of the first attempt, if the caller has sent its call again.
    Sent {
        stamp: Stamp,
        first: Option<Stamp>,
    },
    Waiting {
        refresh: usize,
        stamp: Stamp,
        how: How,
    },
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ModelRefresh {
    basis: Stamp,
    refresh_token: u64,
    completed: bool,
    /// Whether a login, a logout or a manual refresh detached this refresh. No caller waits for a detached refresh.
    detached: bool,
}

impl ModelRefresh {
    fn is_wanted(&self) -> bool {
        !self.completed && !self.detached
    }
}

struct Past {
    step: Step,
    before: Option<Arc<Past>>,
}

/// The state machine, the server and the callers at one point of an interleaving.
#[derive(Clone)]
pub(super) struct Model {
    machine: StateMachine<usize>,
    begun: Now,
    now: Instant,
    callers: Vec<(Kind, Place)>,
    refreshes: Vec<ModelRefresh>,
    /// The generation of the access token that the server accepts.
    good: u64,
    /// The number of the current refresh token. `spent` contains the numbers of spent refresh tokens.
    refresh_token: u64,
    spent: Vec<u64>,
    /// The number of times that the session has expired in this epoch.
    ends: u8,
    /// The session's stamp when the running manual refresh started.
    manual: Option<Stamp>,
    budget: Budget,
    past: Option<Arc<Past>>,
    /// Whether a step is running. If a step panics, the model is printed.
    stepping: bool,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps = std::iter::successors(self.past.as_deref(), |past| past.before.as_deref());
        let mut steps: Vec<_> = steps.map(|past| past.step).collect();
        steps.reverse();
        write!(f, "{:?} {:?}, after {steps:?}", self.callers, self.refreshes)
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
    pub(super) fn new(callers: &[Kind], budget: Budget) -> Self {
        let begun = Now::read();
        let mut model = Self {
            machine: StateMachine::new(),
            begun,
            now: begun.ticks,
            callers: callers.iter().map(|kind| (*kind, Place::Fresh)).collect(),
            refreshes: Vec::new(),
            good: 0,
            refresh_token: 0,
            spent: Vec::new(),
            ends: 0,
            manual: None,
            budget,
            past: None,
            stepping: false,
        };
        model.log_in();
        model
    }

    pub(super) fn is_done(&self) -> bool {
        self.callers.iter().all(|(_, place)| *place == Place::Done)
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let (mut steps, budget) = (Vec::new(), &self.budget);
        for (number, (_, place)) in self.callers.iter().enumerate() {
            let goes = match place {
                Place::Fresh | Place::Sent { .. } => true,
                Place::Waiting { refresh, .. } => !self.refreshes[*refresh].is_wanted(),
                Place::Done => continue,
            };
            steps.extend(goes.then_some(Step::Go(number)));
            // Dropping a caller before it starts has no effect.
            let leaves = budget.drops > 0 && *place != Place::Fresh;
            steps.extend(leaves.then_some(Step::Drop(number)));
        }
        let ends = [
            (1, End::Refreshed),
            (budget.same_tokens, End::SameToken),
            (budget.failures, End::Failed),
            (budget.refusals, End::Refused),
            (budget.aborts, End::Aborted),
        ];
        for (number, refresh) in self.refreshes.iter().enumerate().filter(|(_, refresh)| !refresh.completed) {
            // The outcome of a detached refresh has no effect on the session.
            let ends = if refresh.detached { &ends[..1] } else { &ends[..] };
            steps.extend(
                ends.iter().filter(|(budget, _)| *budget > 0).map(|(_, end)| Step::Complete(number, *end)),
            );
        }
        let others = [
            (budget.expiries, Step::Expire),
            (budget.logins, Step::LogIn),
            (budget.logouts, Step::LogOut),
            (budget.manual, Step::Manual),
            (budget.time_steps, Step::PassTime),
        ];
        steps.extend(others.into_iter().filter(|(budget, _)| *budget > 0).map(|(_, step)| step));
        steps
    }

    pub(super) fn take(&mut self, step: Step) {
        self.past = Some(Arc::new(Past { step, before: self.past.take() }));
        self.stepping = true;
        match step {
            Step::Go(number) => self.callers[number].1 = self.go(number),
            Step::Drop(number) => {
                self.budget.drops -= 1;
                let before = self.machine.current().clone();
                self.callers[number].1 = Place::Done;
                assert!(Arc::ptr_eq(&before, self.machine.current()), "I6");
            }
            Step::Complete(number, end) => self.complete(number, end),
            Step::Expire => {
                self.budget.expiries -= 1;
                self.good = 0;
            }
            Step::LogIn => {
                self.budget.logins -= 1;
                self.log_in();
            }
            Step::LogOut => {
                self.budget.logouts -= 1;
                self.machine.log_out();
                self.detach();
                (self.good, self.ends) = (0, 0);
            }
            Step::Manual => self.manual_refresh(),
            Step::PassTime => {
                self.budget.time_steps -= 1;
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
        self.refresh_token += 1;
    }

    fn detach(&mut self) {
        for refresh in &mut self.refreshes {
            refresh.detached |= !refresh.completed;
        }
    }

    fn check(&self) {
        let running = self.refreshes.iter().any(ModelRefresh::is_wanted);
        assert_eq!(
            self.machine.handle().is_some(),
            running,
            "I9: the state machine and the model disagree about the running refresh"
        );
        assert!(!self.machine.current().wait_for_refresh || running, "I7: calls wait without a refresh");
        let ended = matches!(self.machine.current().login_state, LoginState::Expired { .. });
        assert_eq!(ended, self.ends > 0, "I12");
    }
}
