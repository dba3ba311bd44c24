//! How a session is identified in its store, and whether the store has it: [`StoredAs`].

use super::compare::{Comparison, Identity, Storage, compare};

/// `L` identifies a login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredAs<L> {
    /// The epoch of the session.
    pub(crate) epoch: u64,
    pub(crate) identity: Identity<L>,
    pub(crate) storage: Storage<L>,
    /// The place that received the session, if it is another one. The original may still be there.
    pub(crate) other_place: Option<String>,
}

impl<L: Clone + PartialEq> StoredAs<L> {
    /// A login or logout that is not stored yet.
    pub(crate) fn new(epoch: u64, login: L) -> Self {
        let identity = Identity { login, generation: 0 };
        Self { epoch, identity, storage: Storage::Missing, other_place: None }
    }

    /// The session as the store has it.
    pub(crate) fn confirmed(self) -> Self {
        Self { storage: Storage::Confirmed, ..self }
    }

    /// Whether the store has had this session. If so, what is stored applies. Otherwise a change of the user is still to
    /// be stored and may replace what is there.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.storage == Storage::Confirmed
    }

    /// What the record in the store means for this session.
    pub(crate) fn compare(&self, stored: Option<&Identity<L>>) -> Comparison {
        compare(&self.identity, &self.storage, stored)
    }

    /// For the result of a refresh.
    pub(crate) fn next_generation(&mut self) {
        self.identity.generation = self.identity.generation.saturating_add(1);
        self.other_place = None;
    }
}
