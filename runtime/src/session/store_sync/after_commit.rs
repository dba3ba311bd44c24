//! What a refresh leaves to be done when it lands: what is known of the store changes together with the session,
//! and the lock outlives both.

use tokio::sync::MutexGuard as InTurn;

use super::state::Archive;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::store::{Revision, StoreLock};

/// What has to outlive the landing, and what it has to note.
#[derive(Default)]
pub(crate) struct Aftermath<'a> {
    pub(super) note: Option<Note>,
    /// What is to be stored after the landing.
    pub(super) unwritten: bool,
    pub(super) lock: Option<StoreLock>,
    pub(super) turn: Option<InTurn<'a, ()>>,
}

/// What the store has, once the credential is published.
pub(super) struct Note {
    pub(super) stored: Option<Revision>,
    /// Nobody had logged in: the store knows nothing of the session yet.
    pub(super) first: bool,
}

impl Aftermath<'_> {
    /// In the same step as the landing, if anything has been published: `here`.
    pub(crate) fn note(&self, archive: &Archive, here: &Snapshot) {
        let Some(note) = &self.note else { return };
        let mut known = archive.known();
        known.has_rotated(here);
        match note.stored {
            Some(revision) => {
                known.revision = Some(revision);
                known.book.anchored = true;
            }
            None => known.book.anchored &= !note.first,
        }
    }

    /// After the landing. `ours`: it counted.
    pub(crate) fn settle(self, session: &Session, ours: bool) {
        let Self { unwritten, lock, turn, .. } = self;
        drop(turn);
        let Some(archive) = session.archive().filter(|_| unwritten && ours) else { return };
        let before = std::mem::replace(&mut archive.known().kept, lock);
        drop(before);
        session.keep();
    }
}
