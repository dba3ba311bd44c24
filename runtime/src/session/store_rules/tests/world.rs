//! Defines [`World`], a model of two processes that share one store.

use crate::session::store_rules::{
    Adoption, Comparison, Here, Identity, RecordDraft, StoreView, StoredAs, StoredRecord,
};

pub(super) type View = StoreView<u8, u8, u8>;

/// The revision of the record in the store. [`STALE`] represents every revision before the current one.
pub(super) const CURRENT: u8 = 1;
pub(super) const STALE: u8 = 0;
/// A placeholder for the number of a new login or token. No existing login or token has the number `FRESH`.
/// [`World::make_canonical`] replaces `FRESH` with a small number.
pub(super) const FRESH: u8 = 100;
/// The lock's holder if the store grants the lock to a process that has stopped waiting for it.
const ABANDONED: usize = 2;

/// Each refresh token is identified by a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stored {
    pub(super) session: Option<(Identity<u8>, u8)>,
    pub(super) intent: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Idle,
    Locked,
    /// The store was read. `unanswered` is true if the record contained an intent to use the refresh token.
    Read {
        unanswered: bool,
    },
    Ready {
        unanswered: bool,
    },
    Answered {
        token: u8,
    },
}

/// A write that the store has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PendingWrite {
    pub(super) draft: RecordDraft<u8, u8, u8>,
    pub(super) token: Option<u8>,
    /// The number of session changes that `draft` includes.
    pub(super) covers: u64,
    pub(super) progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Progress {
    Based(u8),
    /// The revision at which the store contains the written record.
    Stored(u8),
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    /// The number that identifies this process's intents to use a refresh token.
    pub(super) name: u8,
    pub(super) here: Here,
    pub(super) token: Option<u8>,
    pub(super) epoch: u64,
    pub(super) view: View,
    pub(super) writing: Option<PendingWrite>,
    pub(super) step: Step,
    /// Whether a login, a logout or a session from the store interrupted the refresh. The result of an interrupted
    /// refresh is discarded.
    pub(super) detached: bool,
}

/// How many more times each event can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    pub(super) losses: u8,
    /// How many more times a process can be killed or a refresh can stall.
    pub(super) kills: u8,
    pub(super) logins: u8,
    pub(super) logouts: u8,
    pub(super) refreshes: u8,
    /// How many more times a process that has no session can refresh. Such a refresh uses the process's own cookie,
    /// which no other process has.
    pub(super) starts: u8,
    /// How many more times a process can release its lock before a login or logout is stored.
    pub(super) releases: u8,
    /// Whether both processes belong to the same user. Two processes of the same user use each other's logins.
    pub(super) same_user: bool,
    /// Whether the model is fine-grained: the confirmation of a write is a separate event, and a process can read the
    /// store at any time. If `fine` is false, the model has fewer states.
    pub(super) fine: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) store: Stored,
    /// The process that holds the lock, from the store's point of view.
    pub(super) lock: Option<usize>,
    pub(super) processes: [Process; 2],
    /// A bit set of the refresh tokens that have been used.
    pub(super) spent: u128,
    /// Whether the result of a token exchange was lost before it was stored.
    pub(super) result_lost: bool,
    pub(super) budget: Budget,
    /// Whether the last event was a token exchange. Only the statistics use this flag.
    pub(super) exchanged: Option<bool>,
    pub(super) rejected: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Confirmed,
    /// The store performed the operation, but the confirmation was lost.
    Lost,
}

pub(super) fn new_process(name: u8) -> Process {
    Process {
        name,
        here: Here::LoggedOut,
        token: None,
        epoch: 0,
        view: View::new(StoredAs::new(0, FRESH + 10 + name).confirmed()),
        writing: None,
        step: Step::Idle,
        detached: false,
    }
}

impl World {
    pub(super) fn new(budget: Budget) -> Self {
        let mut world = Self {
            store: Stored { session: None, intent: None },
            lock: None,
            processes: [new_process(0), new_process(1)],
            spent: 0,
            result_lost: false,
            budget,
            exchanged: None,
            rejected: None,
        };
        world.make_canonical();
        world
    }

    pub(super) fn successors(&self) -> Vec<Self> {
        let mut next = Vec::new();
        for at in 0..2 {
            self.user_acts(at, &mut next);
            self.killed(at, &mut next);
            self.stalls(at, &mut next);
            self.reads(at, &mut next);
            self.releases(at, &mut next);
            for reply in [Reply::Confirmed, Reply::Lost] {
                next.extend(self.refresh_continues(at, reply));
                next.extend(self.writer_continues(at, reply));
            }
        }
        if self.lock == Some(ABANDONED) {
            // A lock granted for an abandoned request is released without any further event.
            next.push(Self { lock: None, ..self.clone() });
        }
        for world in &next {
            world.check();
        }
        next
    }

    /// Returns a copy of this state, or `None` if `reply` is lost but no more replies can be lost. Each lost reply
    /// reduces the number of replies that can still be lost.
    pub(super) fn after(&self, reply: Reply) -> Option<Self> {
        let losses = self.budget.losses.checked_sub(u8::from(reply == Reply::Lost))?;
        Some(Self { budget: Budget { losses, ..self.budget }, ..self.clone() })
    }

    fn check(&self) {
        for (at, process) in self.processes.iter().enumerate() {
            let holds = self.lock == Some(at) && process.step == Step::Idle;
            assert!(!holds || process.view.has_unwritten(), "a lock is held without a reason: {self:#?}");
        }
    }

    pub(super) fn found(&self) -> StoredRecord<u8, u8, u8> {
        let identity = self.store.session.as_ref().map(|(identity, _)| identity.clone());
        StoredRecord { revision: CURRENT, identity, intent: self.store.intent }
    }

    pub(super) fn adopt(&mut self, at: usize) -> Adoption {
        let (found, same_user) = (self.found(), self.budget.same_user);
        let stored = self.store.session.clone();
        let process = &mut self.processes[at];
        let view = process.view.in_epoch(process.epoch, || FRESH);
        let (comparison, adoption) = view.observe(&found, process.here, same_user);
        match (adoption, stored) {
            (Adoption::End, _) => {
                process.epoch += 1;
                process.view.ended(process.epoch, FRESH);
                (process.here, process.token) = (Here::LoggedOut, None);
                process.detached = process.step != Step::Idle;
            }
            (Adoption::Take { new_epoch }, Some((identity, token))) => {
                process.epoch += u64::from(new_epoch);
                process.view.adopted(process.epoch, identity, None);
                (process.here, process.token) = (Here::LoggedIn, Some(token));
                process.detached = process.step != Step::Idle;
            }
            (Adoption::Take { .. }, None) => unreachable!("there is no session to adopt"),
            (Adoption::Keep | Adoption::KeepOther, _) => {}
        }
        if comparison == Comparison::Older {
            process.view.changed();
        }
        adoption
    }

    /// Writes a new record to the store, so that every revision that the processes know becomes stale.
    pub(super) fn put(&mut self, stored: Stored) {
        self.store = stored;
        for process in &mut self.processes {
            let age = |revision: &mut u8| *revision = STALE;
            process.view.revision.iter_mut().for_each(age);
            if let Some(PendingWrite { draft, progress, .. }) = &mut process.writing {
                draft.basis.iter_mut().for_each(age);
                if let Progress::Based(revision) | Progress::Stored(revision) = progress {
                    age(revision);
                }
            }
        }
    }

    pub(super) fn new_token() -> u8 {
        FRESH + 1
    }

    pub(super) fn new_login() -> u8 {
        FRESH
    }

    pub(super) fn lock_is_free_for(&self, at: usize) -> bool {
        self.lock.is_none_or(|holder| holder == at)
    }

    pub(super) fn take_lock(&mut self, at: usize, reply: Reply) {
        self.lock = Some(if reply == Reply::Lost { ABANDONED } else { at });
    }

    /// Ends a process's refresh. Releases the process's lock after the refresh has ended, unless the lock protects a
    /// change that has not been stored yet.
    pub(super) fn refresh_ends(&mut self, at: usize) {
        let process = &mut self.processes[at];
        (process.step, process.detached) = (Step::Idle, false);
        if self.lock == Some(at) && !process.view.keeps_lock() {
            self.lock = None;
        }
    }
}
