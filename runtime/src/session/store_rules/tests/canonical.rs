//! Renumbers logins and tokens, so that model states with the same structure are explored only once.

use super::world::{PendingWrite, Process, Step, World};
use crate::session::store_rules::StoredAs;
use crate::session::store_rules::compare::Storage;

/// The epoch that the model assigns to a write that is older than the current session.
const OTHER: u64 = 7;

/// Replaces numbers with 0, 1, 2 and so on, in the order in which the numbers first occur.
#[derive(Default)]
struct Names(Vec<u8>);

impl Names {
    fn rename(&mut self, number: &mut u8) {
        let index = self.0.iter().position(|known| known == number).unwrap_or_else(|| {
            self.0.push(*number);
            self.0.len() - 1
        });
        *number = u8::try_from(index).unwrap();
    }

    fn rename_logins(&mut self, stored_as: &mut StoredAs<u8>) {
        self.rename(&mut stored_as.identity.login);
        if let Storage::Unconfirmed { replaces: Some(login) } = &mut stored_as.storage {
            self.rename(login);
        }
    }
}

impl World {
    pub(super) fn make_canonical(&mut self) {
        let (mut logins, mut tokens) = (Names::default(), Names::default());
        if let Some((identity, token)) = &mut self.store.session {
            logins.rename(&mut identity.login);
            tokens.rename(token);
        }
        for process in &mut self.processes {
            process.make_counts_canonical();
            logins.rename_logins(&mut process.view.stored_as);
            process.view.known_login.iter_mut().for_each(|login| logins.rename(login));
            process.token.iter_mut().for_each(|token| tokens.rename(token));
            if let Step::Answered { token } = &mut process.step {
                tokens.rename(token);
            }
            if let Some(PendingWrite { draft, token, .. }) = &mut process.writing {
                logins.rename_logins(&mut draft.stored_as);
                for token in token.iter_mut() {
                    tokens.rename(token);
                }
            }
        }
        let spent = tokens.0.iter().enumerate().filter(|(_, old)| self.spent & (1 << **old) != 0);
        self.spent = spent.map(|(new, _)| 1 << new).sum();
    }
}

impl Process {
    fn make_counts_canonical(&mut self) {
        let (known, written) = (self.view.stored_as.epoch, self.view.written);
        self.epoch = u64::from(self.epoch != known);
        self.view.stored_as.epoch = 0;
        self.view.changes -= written;
        self.view.written = 0;
        if let Some(write) = &mut self.writing {
            let epoch = &mut write.draft.stored_as.epoch;
            *epoch = if *epoch == known { 0 } else { OTHER };
            write.covers = write.covers.saturating_sub(written);
        }
    }
}
