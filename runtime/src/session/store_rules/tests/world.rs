//! Two processes, one store, and what can happen to them.

use crate::session::store_rules::{
    Adoption, Comparison, Draft, Here, Identity, StoreView, StoredAs, StoredRecord,
};

pub(super) type View = StoreView<u8, u8, u8>;

/// The revision of the record that the store has. A process that knows an older one has [`STALE`].
pub(super) const CURRENT: u8 = 1;
pub(super) const STALE: u8 = 0;
/// A number that no login or token has. [`World::make_canonical`] gives it a small one.
pub(super) const FRESH: u8 = 100;
/// Holds a lock for a process that no longer wants it.
const ABANDONED: usize = 2;

/// A record in the store. A refresh token is identified by its number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stored {
    pub(super) session: Option<(Identity<u8>, u8)>,
    pub(super) intent: Option<u8>,
}

/// Where the refresh of a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Idle,
    Locked,
    /// The store was read. It held an intent, or none.
    Read {
        unanswered: bool,
    },
    Ready {
        unanswered: bool,
    },
    /// The server answered with this refresh token.
    Answered {
        token: u8,
    },
}

/// A write of the writer that has no confirmation yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct InFlight {
    pub(super) draft: Draft<u8, u8, u8>,
    pub(super) token: Option<u8>,
    /// The changes that the draft includes.
    pub(super) covers: u64,
    pub(super) progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Progress {
    /// It will replace this revision.
    Based(u8),
    /// The store has it, as this revision.
    Stored(u8),
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    /// Its intents have this number.
    pub(super) name: u8,
    pub(super) here: Here,
    pub(super) token: Option<u8>,
    pub(super) epoch: u64,
    pub(super) view: View,
    pub(super) writing: Option<InFlight>,
    pub(super) step: Step,
    /// A login, a logout or an adopted session came during the refresh, whose result is discarded.
    pub(super) detached: bool,
}

/// How often each event may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    pub(super) losses: u8,
    /// Killed processes, and refreshes that stand still.
    pub(super) kills: u8,
    pub(super) logins: u8,
    pub(super) logouts: u8,
    pub(super) refreshes: u8,
    /// Refreshes of a process without a session: it begins with a cookie that only this process has.
    pub(super) starts: u8,
    /// Locks that are released although they protect a login or logout, because the store cannot store it.
    pub(super) releases: u8,
    /// Both processes have the same user, so each adopts a login of the other one.
    pub(super) same_user: bool,
    /// The writes of the writer do not end at once, and a process may read the store at any moment. Otherwise fewer worlds
    /// follow.
    pub(super) fine: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) store: Stored,
    /// Which process holds the lock, as the store knows it.
    pub(super) lock: Option<usize>,
    pub(super) processes: [Process; 2],
    /// The refresh tokens that are spent, as bits.
    pub(super) spent: u128,
    /// A result was lost between an exchange and its write.
    pub(super) result_lost: bool,
    pub(super) budget: Budget,
    /// What the last event was, for the counts.
    pub(super) exchanged: Option<bool>,
    pub(super) rejected: Option<bool>,
}

/// What an operation of the store tells its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Confirmed,
    /// It was done, and the confirmation is lost.
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

    /// Every world that can follow.
    pub(super) fn successors(&self) -> Vec<Self> {
        let mut next = Vec::new();
        for at in 0..2 {
            self.user_acts(at, &mut next);
            self.killed(at, &mut next);
            self.stands_still(at, &mut next);
            self.reads(at, &mut next);
            self.releases(at, &mut next);
            for heard in [Heard::Confirmed, Heard::Lost] {
                next.extend(self.refresh_continues(at, heard));
                next.extend(self.writer_continues(at, heard));
            }
        }
        if self.lock == Some(ABANDONED) {
            // An abandoned request for the lock ends by itself.
            next.push(Self { lock: None, ..self.clone() });
        }
        for world in &next {
            world.check();
        }
        next
    }

    /// This world, after an operation of the store.
    pub(super) fn after(&self, heard: Heard) -> Option<Self> {
        let losses = self.budget.losses.checked_sub(u8::from(heard == Heard::Lost))?;
        Some(Self { budget: Budget { losses, ..self.budget }, ..self.clone() })
    }

    fn check(&self) {
        for (at, process) in self.processes.iter().enumerate() {
            let holds = self.lock == Some(at) && process.step == Step::Idle;
            assert!(!holds || process.view.has_unwritten(), "a lock protects nothing: {self:#?}");
        }
    }

    pub(super) fn found(&self) -> StoredRecord<u8, u8, u8> {
        let identity = self.store.session.as_ref().map(|(identity, _)| identity.clone());
        StoredRecord { revision: CURRENT, identity, intent: self.store.intent }
    }

    /// The process applies what is stored.
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
            (Adoption::Take { .. }, None) => unreachable!("there is nothing to take"),
            (Adoption::Keep | Adoption::KeepOther, _) => {}
        }
        if comparison == Comparison::Older {
            process.view.changed();
        }
        adoption
    }

    /// The store gets a new record. The processes know an older one now.
    pub(super) fn put(&mut self, stored: Stored) {
        self.store = stored;
        for process in &mut self.processes {
            let age = |revision: &mut u8| *revision = STALE;
            process.view.revision.iter_mut().for_each(age);
            if let Some(InFlight { draft, progress, .. }) = &mut process.writing {
                draft.basis.iter_mut().for_each(age);
                if let Progress::Based(revision) | Progress::Stored(revision) = progress {
                    age(revision);
                }
            }
        }
    }

    /// A token that no other has.
    pub(super) fn new_token() -> u8 {
        FRESH + 1
    }

    pub(super) fn new_login() -> u8 {
        FRESH
    }

    pub(super) fn lock_is_free_for(&self, at: usize) -> bool {
        self.lock.is_none_or(|holder| holder == at)
    }

    pub(super) fn take_lock(&mut self, at: usize, heard: Heard) {
        self.lock = Some(if heard == Heard::Lost { ABANDONED } else { at });
    }

    /// The refresh ends. Its lock is released, unless it protects a change.
    pub(super) fn refresh_ends(&mut self, at: usize) {
        let process = &mut self.processes[at];
        (process.step, process.detached) = (Step::Idle, false);
        if self.lock == Some(at) && !process.view.keeps_lock() {
            self.lock = None;
        }
    }
}
