//! Runs a process's writer, one operation at a time.

use super::world::{CURRENT, PendingWrite, Process, Progress, Reply, Step, Stored, World};

impl World {
    pub(super) fn writer_continues(&self, at: usize, reply: Reply) -> Option<Self> {
        let Process { view, writing, .. } = &self.processes[at];
        // A read has no effect if its result is lost. The confirmation of a compare-and-swap is a separate event.
        let nothing_follows = match writing {
            None => !view.has_unwritten() || self.budget.fine && reply == Reply::Lost,
            Some(write) => matches!(write.progress, Progress::Based(_)) && reply == Reply::Lost,
        };
        if nothing_follows {
            return None;
        }
        let mut world = self.after(reply)?;
        if writing.is_none() {
            world.writer_begins(at);
            if !self.budget.fine && world.swap(at) {
                world.confirm(at, reply);
            }
        } else if !world.swap(at) {
            world.confirm(at, reply);
        }
        Some(world)
    }

    fn swap(&mut self, at: usize) -> bool {
        let Process { view, writing: Some(write), .. } = &mut self.processes[at] else { return false };
        let Progress::Based(basis) = write.progress else { return false };
        view.tries(&write.draft);
        if basis == CURRENT {
            let session = write.token.map(|token| (write.draft.stored_as.identity.clone(), token));
            let stored = Stored { session, intent: write.draft.intent };
            self.put(stored);
        }
        if let Some(write) = &mut self.processes[at].writing {
            write.progress = if basis == CURRENT { Progress::Stored(CURRENT) } else { Progress::Refused };
        }
        true
    }

    fn confirm(&mut self, at: usize, reply: Reply) {
        let Some(write) = self.processes[at].writing.take() else { return };
        match write.progress {
            _ if reply == Reply::Lost => {}
            Progress::Stored(revision) => {
                self.processes[at].view.confirmed(&write.draft, revision);
                self.written(at, write.covers);
            }
            Progress::Refused if !write.draft.stored_as.is_confirmed() => {
                self.processes[at].view.refused(write.draft);
            }
            Progress::Refused | Progress::Based(_) => {
                self.adopt(at);
            }
        }
    }

    fn writer_begins(&mut self, at: usize) {
        let found = self.found();
        let process = &mut self.processes[at];
        let (covers, token) = (process.view.changes, process.token);
        let view = process.view.in_epoch(process.epoch, Self::new_login);
        let Some(mut draft) = view.draft(process.here, false) else { return self.written(at, covers) };
        let basis = match draft.basis {
            Some(basis) => Some(basis),
            None => view.found_basis(&draft, &found),
        };
        match basis {
            Some(basis) => {
                let token = token.filter(|_| !draft.ends);
                draft.basis = None;
                process.writing =
                    Some(PendingWrite { draft, token, covers, progress: Progress::Based(basis) });
            }
            None => {
                self.adopt(at);
            }
        }
    }

    fn written(&mut self, at: usize, covers: u64) {
        let Process { view, step, .. } = &mut self.processes[at];
        view.written_up_to(covers);
        if !view.has_unwritten() && *step == Step::Idle && self.lock == Some(at) {
            self.lock = None;
        }
    }
}
