//! Defines [`StoredAs`], which records how a session is identified in its store and whether the store contains the
//! session.

use super::compare::{Comparison, Identity, Storage, compare};

/// The identity of a session in its store. `L` is the type of a login's identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredAs<L> {
    pub(crate) epoch: u64,
    pub(crate) identity: Identity<L>,
    pub(crate) storage: Storage<L>,
    /// The identifier of the storage location to which the session was originally written, if the session is a copy.
    /// The original session might still be in use.
    pub(crate) other_place: Option<String>,
}

impl<L: Clone + PartialEq> StoredAs<L> {
    /// Creates the identity of a login or logout that has not been stored yet.
    pub(crate) fn new(epoch: u64, login: L) -> Self {
        let identity = Identity { login, generation: 0 };
        Self { epoch, identity, storage: Storage::Missing, other_place: None }
    }

    pub(crate) fn confirmed(self) -> Self {
        Self { storage: Storage::Confirmed, ..self }
    }

    /// Whether the store has ever contained this session. After the session has been stored, the record in the store
    /// takes precedence over the session. A session that has never been stored comes from a user's action, such as a
    /// login, and therefore replaces the record.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.storage == Storage::Confirmed
    }

    pub(crate) fn compare(&self, stored: Option<&Identity<L>>) -> Comparison {
        compare(&self.identity, &self.storage, stored)
    }

    pub(crate) fn next_generation(&mut self) {
        self.identity.generation = self.identity.generation.saturating_add(1);
        self.other_place = None;
    }
}
