//! Runs a process's refresh, one operation at a time.

use super::world::{CURRENT, Reply, Step, Stored, World};
use crate::session::store_rules::{Adoption, Here, is_rotation_lost};

impl World {
    pub(super) fn refresh_continues(&self, at: usize, reply: Reply) -> Option<Self> {
        let process = &self.processes[at];
        let uses_store = !matches!(process.step, Step::Idle | Step::Ready { .. });
        // In each process, only one task at a time uses the store.
        let waits = uses_store && process.writing.is_some();
        if waits || process.step == Step::Idle && !self.is_due(at) {
            return None;
        }
        let mut world = self.after(reply)?;
        match process.step {
            Step::Idle => world.begin(at, reply)?,
            _ if process.detached => world.refresh_ends(at),
            Step::Locked if reply == Reply::Lost => world.refresh_ends(at),
            Step::Locked => world.read(at),
            Step::Read { unanswered } => world.store_intent(at, unanswered, reply),
            Step::Ready { .. } if reply == Reply::Lost => return None,
            Step::Ready { unanswered } => world.exchange(at, unanswered),
            Step::Answered { token } => world.store_result(at, token, reply),
        }
        Some(world)
    }

    /// Changes are stored before a refresh begins.
    fn is_due(&self, at: usize) -> bool {
        let process = &self.processes[at];
        let left = match process.here {
            Here::LoggedIn => self.budget.refreshes,
            Here::LoggedOut => self.budget.starts,
            Here::Expired => 0,
        };
        left > 0 && !process.view.has_unwritten() && self.lock_is_free_for(at)
    }

    /// Acquires the lock, or continues under the lock that the process already holds.
    fn begin(&mut self, at: usize, reply: Reply) -> Option<()> {
        let first = self.processes[at].here == Here::LoggedOut;
        let left = if first { &mut self.budget.starts } else { &mut self.budget.refreshes };
        *left = left.checked_sub(1)?;
        self.take_lock(at, reply);
        if reply == Reply::Confirmed {
            self.processes[at].step = Step::Locked;
        }
        Some(())
    }

    fn read(&mut self, at: usize) {
        let adoption = self.adopt(at);
        let process = &mut self.processes[at];
        if adoption == Adoption::KeepOther || process.detached {
            return self.refresh_ends(at);
        }
        process.step = Step::Read { unanswered: self.store.intent.is_some() };
    }

    fn store_intent(&mut self, at: usize, unanswered: bool, reply: Reply) {
        let process = &mut self.processes[at];
        let view = process.view.in_epoch(process.epoch, Self::new_login);
        if view.revision != Some(CURRENT) {
            process.step = Step::Locked;
            return;
        }
        let (name, identity) = (process.name, view.stored_as.identity.clone());
        let session = process.token.map(|token| (identity, token));
        // Without a session, the store does not contain a refresh token, so no intent to refresh is recorded.
        let (has_login, intent) = (session.is_some(), session.as_ref().map(|_| name));
        self.put(Stored { session, intent });
        if reply == Reply::Lost {
            return self.refresh_ends(at);
        }
        let process = &mut self.processes[at];
        process.view.intends(CURRENT, intent, has_login);
        process.step = Step::Ready { unanswered };
    }

    fn exchange(&mut self, at: usize, unanswered: bool) {
        let process = &mut self.processes[at];
        let Some(token) = process.token else {
            if process.here == Here::LoggedOut {
                process.step = Step::Answered { token: Self::new_token() };
                return;
            }
            return self.refresh_ends(at);
        };
        if self.spent & (1 << token) != 0 {
            return self.rejected(at, unanswered);
        }
        self.exchanged = Some(true);
        self.spent |= 1 << token;
        self.processes[at].step = Step::Answered { token: Self::new_token() };
    }

    fn rejected(&mut self, at: usize, unanswered: bool) {
        self.rejected = Some(true);
        assert!(self.result_lost, "a spent token is sent although no result was lost: {self:#?}");
        assert!(is_rotation_lost(unanswered), "a lost rotation is not reported: {self:#?}");
        let before = self.processes[at].token;
        let adoption = self.adopt(at);
        let process = &mut self.processes[at];
        if adoption != Adoption::KeepOther && !process.detached && process.token == before {
            process.view.answered();
            (process.here, process.token) = (Here::Expired, None);
            process.view.changed();
        }
        self.refresh_ends(at);
    }

    fn store_result(&mut self, at: usize, token: u8, reply: Reply) {
        let process = &mut self.processes[at];
        let view = process.view.in_epoch(process.epoch, Self::new_login);
        let mut next = view.stored_as.clone();
        next.next_generation();
        let mut stored = None;
        if view.revision == Some(CURRENT) {
            self.put(Stored { session: Some((next.identity, token)), intent: None });
            stored = Some(CURRENT).filter(|_| reply == Reply::Confirmed);
        } else if self.adopt(at) == Adoption::KeepOther || self.processes[at].detached {
            // The store contains a different login, or newer tokens that another process stored for this login.
            return self.refresh_ends(at);
        }
        let process = &mut self.processes[at];
        process.view.refreshed(stored, process.here == Here::LoggedOut);
        (process.here, process.token) = (Here::LoggedIn, Some(token));
        if stored.is_none() {
            process.view.changed();
        }
        self.refresh_ends(at);
    }
}
