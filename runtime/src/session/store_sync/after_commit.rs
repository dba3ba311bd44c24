//! What a refresh leaves to be done when it lands: what is known of the store changes together with the session,
//! and the lock outlives both.

use tokio::sync::MutexGuard as Exclusive;

use super::state::StoreSync;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::store::{Revision, StoreLock};

/// What has to outlive the landing, and what it has to note.
#[derive(Default)]
pub(crate) struct AfterCommit<'a> {
    pub(super) note: Option<Note>,
    /// What is to be stored after the landing.
    pub(super) unwritten: bool,
    pub(super) lock: Option<StoreLock>,
    pub(super) exclusive: Option<Exclusive<'a, ()>>,
}

/// What the store has, once the credential is published.
pub(super) struct Note {
    pub(super) stored: Option<Revision>,
    /// Nobody had logged in: the store knows nothing of the session yet.
    pub(super) first: bool,
}

impl AfterCommit<'_> {
    /// In the same step as the landing, if anything has been published: `here`.
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

    /// After the landing. `ours`: it counted.
    pub(crate) fn settle(self, session: &Session, ours: bool) {
        let Self { unwritten, lock, exclusive, .. } = self;
        drop(exclusive);
        let Some(store_sync) = session.store_sync().filter(|_| unwritten && ours) else { return };
        let before = std::mem::replace(&mut store_sync.state().held_lock, lock);
        drop(before);
        session.save();
    }
}
