//! What a refresh does after its commit: the state of the store changes in the same step as the session, and
//! the lock is kept until then.

use tokio::sync::MutexGuard as Exclusive;

use super::state::StoreSync;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::store::{Revision, StoreLock};

/// What outlives the commit, and what it records.
#[derive(Default)]
pub(crate) struct AfterCommit<'a> {
    pub(super) note: Option<Note>,
    /// The result must still be stored after the commit.
    pub(super) unwritten: bool,
    pub(super) lock: Option<StoreLock>,
    pub(super) exclusive: Option<Exclusive<'a, ()>>,
}

/// What the store has when the credential is published.
pub(super) struct Note {
    pub(super) stored: Option<Revision>,
    /// There was no login before, so the store does not know this session.
    pub(super) first: bool,
}

impl AfterCommit<'_> {
    /// Runs in the same step as the commit. `here`: the published session.
    pub(crate) fn note(&self, store_sync: &StoreSync, here: &Snapshot) {
        let Some(note) = &self.note else { return };
        let mut state = store_sync.state();
        state.rotated(here);
        match note.stored {
            Some(revision) => {
                state.revision = Some(revision);
                state.stored_as.persisted = true;
            }
            None => state.stored_as.persisted &= !note.first,
        }
    }

    /// Runs after the commit. `published`: the result was published.
    pub(crate) fn finish(self, session: &Session, published: bool) {
        let Self { unwritten, lock, exclusive, .. } = self;
        drop(exclusive);
        let Some(store_sync) = session.store_sync().filter(|_| unwritten && published) else { return };
        let before = std::mem::replace(&mut store_sync.state().held_lock, lock);
        drop(before);
        session.save();
    }
}
