//! All interleavings of two processes and one store: logins, logouts, refreshes, lost confirmations of load, swap, lock
//! and unlock, and a killed process.

use std::collections::HashSet;

use super::{Comparison, Identity, Storage, compare, is_rotation_lost, keeps_lock};

type Id = Identity<u8>;

/// A record in the store. A refresh token is identified by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Record {
    session: Option<(Id, u8)>,
    intent: bool,
}

/// Where the refresh of a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Process {
    /// The login and its refresh token; `None` after a logout.
    session: Option<u8>,
    here: Id,
    storage: Storage<u8>,
    unwritten: bool,
    revision: Option<u8>,
    /// The login in the record of that revision.
    known: Option<u8>,
    /// An own intent is in the store.
    intent: bool,
    /// The store held the intent of another process when it was read.
    other_intent: bool,
    step: Step,
    /// A login, a logout or an adopted session came during the refresh, whose result is discarded.
    detached: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    store: Record,
    revision: u8,
    /// Which process holds the lock, as the store knows it. The number 2 is a request that was abandoned.
    lock: Option<usize>,
    processes: [Process; 2],
    /// The refresh tokens that are spent.
    spent: Vec<u8>,
    next_token: u8,
    next_login: u8,
    /// A result was lost between an exchange and its write.
    result_lost: bool,
    losses: u8,
    kills: u8,
    logins: u8,
    logouts: u8,
    refreshes: u8,
}

/// What an operation of the store tells its process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Confirmed,
    /// It was done, and the confirmation is lost.
    Lost,
}

fn new_process(login: u8) -> Process {
    Process {
        session: None,
        here: Id { login, generation: 0 },
        storage: Storage::Confirmed,
        unwritten: false,
        revision: None,
        known: None,
        intent: false,
        other_intent: false,
        step: Step::Idle,
        detached: false,
    }
}

impl World {
    fn new() -> Self {
        Self {
            store: Record { session: None, intent: false },
            revision: 0,
            lock: None,
            processes: [new_process(100), new_process(101)],
            spent: Vec::new(),
            next_token: 0,
            next_login: 0,
            result_lost: false,
            losses: 1,
            kills: 1,
            logins: 2,
            logouts: 1,
            refreshes: 3,
        }
    }

    fn token(&mut self) -> u8 {
        self.next_token += 1;
        self.next_token
    }

    fn new_login(&mut self) -> u8 {
        self.next_login += 1;
        self.next_login
    }

    /// Every world that can follow.
    fn successors(&self) -> Vec<Self> {
        let mut next = Vec::new();
        for at in 0..2 {
            self.user_acts(at, &mut next);
            self.killed(at, &mut next);
            for heard in [Heard::Confirmed, Heard::Lost] {
                if heard == Heard::Lost && self.losses == 0 {
                    continue;
                }
                let mut world = self.clone();
                world.losses -= u8::from(heard == Heard::Lost);
                world.clone().refreshed(at, heard, &mut next);
                world.written(at, heard, &mut next);
            }
        }
        if self.lock == Some(2) {
            // An abandoned request for the lock ends by itself.
            next.push(Self { lock: None, ..self.clone() });
        }
        next
    }

    fn user_acts(&self, at: usize, next: &mut Vec<Self>) {
        for logs_in in [true, false] {
            let mut world = self.clone();
            let left = if logs_in { &mut world.logins } else { &mut world.logouts };
            let Some(less) = left.checked_sub(1) else { continue };
            *left = less;
            let (login, token) = (world.new_login(), logs_in.then(|| world.token()));
            let process = &mut world.processes[at];
            *process = Process {
                session: token,
                here: Id { login, generation: 0 },
                storage: Storage::Missing,
                unwritten: true,
                intent: false,
                other_intent: false,
                detached: process.step != Step::Idle,
                ..*process
            };
            next.push(world);
        }
    }

    /// The process is killed and starts again. Its lock ends.
    fn killed(&self, at: usize, next: &mut Vec<Self>) {
        let Some(kills) = self.kills.checked_sub(1) else { return };
        let mut world = Self { kills, ..self.clone() };
        let process = world.processes[at];
        // Neither the result nor the change that discarded it is stored.
        world.result_lost |= process.unwritten || matches!(process.step, Step::Answered { .. });
        world.processes[at] = new_process(102);
        world.lock = world.lock.filter(|holder| *holder != at);
        next.push(world);
    }

    /// Applies what is stored.
    fn adopt(&mut self, at: usize) {
        let (store, revision) = (self.store, self.revision);
        let process = &mut self.processes[at];
        let stored = store.session.map(|(id, _)| id);
        let logged_out_here = process.session.is_none();
        match compare(&process.here, &process.storage, stored.as_ref()) {
            Comparison::ReplacedByChange => return,
            Comparison::Same => process.storage = Storage::Confirmed,
            Comparison::Older => {
                process.storage = Storage::Confirmed;
                process.unwritten = true;
            }
            Comparison::LoggedOut => {
                (process.session, process.storage, process.unwritten) = (None, Storage::Confirmed, false);
                process.detached = process.step != Step::Idle;
            }
            Comparison::OtherLogin if !logged_out_here => {
                // The store no longer holds the login of this process.
                (process.storage, process.unwritten) = (Storage::Confirmed, false);
            }
            Comparison::Newer | Comparison::OtherLogin => {
                let Some((id, token)) = store.session else { return };
                process.here = id;
                process.session = Some(token);
                process.storage = Storage::Confirmed;
                process.unwritten = false;
                process.detached = process.step != Step::Idle;
            }
        }
        (process.revision, process.known) = (Some(revision), stored.map(|id| id.login));
        process.other_intent = store.intent && !process.intent;
    }

    /// One operation of the writer.
    fn written(mut self, at: usize, heard: Heard, next: &mut Vec<Self>) {
        let process = self.processes[at];
        if !process.unwritten {
            return;
        }
        let Some(basis) = process.revision.filter(|revision| *revision == self.revision) else {
            if heard == Heard::Confirmed {
                let stored = self.store.session.map(|(id, _)| id);
                if compare(&process.here, &process.storage, stored.as_ref()) == Comparison::ReplacedByChange {
                    let process = &mut self.processes[at];
                    (process.revision, process.known) = (Some(self.revision), stored.map(|id| id.login));
                } else {
                    self.adopt(at);
                }
            }
            return next.push(self);
        };
        let intent = process.intent || process.storage == Storage::Confirmed && process.other_intent;
        self.store = Record { session: process.session.map(|token| (process.here, token)), intent };
        if process.storage == Storage::Missing {
            self.processes[at].storage = Storage::Unconfirmed { replaces: process.known };
        }
        self.revision = basis + 1;
        if heard == Heard::Confirmed {
            let process = &mut self.processes[at];
            (process.revision, process.known) =
                (Some(self.revision), process.session.map(|_| process.here.login));
            (process.storage, process.unwritten) = (Storage::Confirmed, false);
            if process.step == Step::Idle && self.lock == Some(at) {
                self.lock = None;
            }
        }
        next.push(self);
    }

    /// One step of a refresh.
    fn refreshed(mut self, at: usize, heard: Heard, next: &mut Vec<Self>) {
        let process = self.processes[at];
        let lost = heard == Heard::Lost;
        match process.step {
            Step::Idle => {
                let Some(left) = self.refreshes.checked_sub(1) else { return };
                if process.session.is_none() && process.revision.is_some() || process.unwritten {
                    return;
                }
                if self.lock.is_some_and(|holder| holder != at) {
                    return;
                }
                self.refreshes = left;
                self.lock = Some(if lost { 2 } else { at });
                self.processes[at].step = if lost { Step::Idle } else { Step::Locked };
            }
            _ if process.detached => self.ended(at),
            Step::Locked if lost => self.ended(at),
            Step::Locked => {
                self.adopt(at);
                let now = self.processes[at];
                let stored = self.store.session.map(|(id, _)| id);
                let goes_on = now.session.is_some()
                    && (now.here, now.session) == (process.here, process.session)
                    && compare(&now.here, &now.storage, stored.as_ref()) == Comparison::Same;
                if goes_on {
                    self.processes[at].step = Step::Read { unanswered: self.store.intent };
                } else {
                    self.ended(at);
                }
            }
            Step::Read { unanswered } => {
                if process.revision == Some(self.revision) {
                    self.store.intent = true;
                    self.revision += 1;
                    if lost {
                        self.ended(at);
                    } else {
                        let process = &mut self.processes[at];
                        (process.revision, process.intent) = (Some(self.revision), true);
                        process.other_intent = false;
                        process.step = Step::Ready { unanswered };
                    }
                } else {
                    self.processes[at].step = Step::Locked;
                }
            }
            Step::Ready { unanswered } => self.exchanged(at, unanswered),
            Step::Answered { token } => self.result_stored(at, token, lost),
        }
        next.push(self);
    }

    /// The refresh token is presented.
    fn exchanged(&mut self, at: usize, unanswered: bool) {
        let Some(token) = self.processes[at].session else { return self.ended(at) };
        if self.spent.contains(&token) {
            assert!(self.result_lost, "a spent token is presented and no result was lost: {self:#?}");
            assert!(is_rotation_lost(unanswered), "a lost rotation is not reported: {self:#?}");
            let process = &mut self.processes[at];
            (process.session, process.unwritten, process.intent) = (None, true, false);
            return self.ended(at);
        }
        self.spent.push(token);
        let token = self.token();
        self.processes[at].step = Step::Answered { token };
    }

    fn result_stored(&mut self, at: usize, token: u8, lost: bool) {
        let process = self.processes[at];
        let here = Id { generation: process.here.generation + 1, ..process.here };
        let mut stored = false;
        if process.revision == Some(self.revision) {
            self.store = Record { session: Some((here, token)), intent: false };
            self.revision += 1;
            stored = !lost;
        }
        let process = &mut self.processes[at];
        (process.here, process.session, process.intent) = (here, Some(token), false);
        process.unwritten = !stored;
        process.revision = if stored { Some(self.revision) } else { process.revision };
        self.ended(at);
    }

    /// The refresh ends. Its lock is released, unless it protects a change.
    fn ended(&mut self, at: usize) {
        (self.processes[at].step, self.processes[at].detached) = (Step::Idle, false);
        if self.lock == Some(at) && !keeps_lock(self.processes[at].unwritten) {
            self.lock = None;
        }
    }
}

/// R1, R4, R6, S1, S3, S5: no spent token is presented unless a result was lost between an exchange and its write. Then it is
/// reported as a lost rotation.
#[test]
fn no_interleaving_of_two_processes_presents_a_spent_token() {
    let (mut seen, mut stack) = (HashSet::new(), vec![World::new()]);
    let mut exchanges = 0_usize;
    while let Some(world) = stack.pop() {
        for next in world.successors() {
            if seen.insert(next.clone()) {
                exchanges += usize::from(next.spent.len() > world.spent.len());
                stack.push(next);
            }
        }
    }
    assert!(seen.len() > 10_000 && exchanges > 100, "{} worlds, {exchanges} exchanges", seen.len());
}
