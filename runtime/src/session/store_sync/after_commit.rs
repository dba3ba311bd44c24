//! Finishes a refresh after the state machine has recorded the refresh's result (the commit). The store view and the
//! session change in one step, and the store's lock is held until that step is complete.

use super::state::{Exclusive, StoreSync};
use crate::session::refresh_handle::RefreshHandle;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::store::Revision;

/// The data that a refresh keeps until its result is committed.
#[derive(Default)]
pub(crate) struct AfterCommit {
    pub(super) note: Option<Note>,
    /// Whether the result of the refresh must still be stored after the commit.
    pub(super) unwritten: bool,
    pub(super) exclusive: Option<Exclusive>,
}

/// The state of the store when the credential is published.
pub(super) struct Note {
    pub(super) stored: Option<Revision>,
    /// Whether the session had no login before the refresh. A session that has no login is not stored.
    pub(super) first: bool,
}

impl AfterCommit {
    /// Updates the store view in the same step that commits the refresh. `here` is the published snapshot.
    pub(crate) fn note(&self, store_sync: &StoreSync, here: &Snapshot) {
        let Some(note) = &self.note else { return };
        store_sync.state().view_of(here).refreshed(note.stored, note.first);
    }

    /// Releases the store's lock if possible, and starts a store write if the refresh's result has not been stored yet.
    /// `published` is true unless the session discarded the refresh's result.
    pub(crate) fn finish(self, session: &Session, refresh: &RefreshHandle, published: bool) {
        let Self { unwritten, exclusive, .. } = self;
        drop(exclusive);
        let Some(store_sync) = session.store_sync() else { return };
        let writes = unwritten && published;
        let released = {
            let mut state = store_sync.state();
            if writes {
                state.changed();
            }
            let kept = state.view.keeps_lock();
            state.lock.end_refresh(refresh, kept)
        };
        drop(released);
        if writes {
            session.start_to_write(store_sync);
        }
    }
}
