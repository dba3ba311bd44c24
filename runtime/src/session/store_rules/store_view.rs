//! Defines [`StoreView`], which records what a process knows about the stored session. Each store operation updates the
//! `StoreView`.

use super::adoption::{Adoption, Here, adoption};
use super::compare::{Comparison, Identity, Storage};
use super::stored_as::StoredAs;

/// `L` identifies a login, `I` is an intent, and `R` is a store revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoreView<L, I, R> {
    /// The last known revision. `None` means that the store must be read before the next write.
    pub(crate) revision: Option<R>,
    /// The login in the stored record at the last known revision.
    pub(crate) known_login: Option<L>,
    pub(crate) stored_as: StoredAs<L>,
    /// The intent that this process has stored for a refresh whose result is not yet known.
    pub(crate) intent: Option<I>,
    pub(crate) other_use: OtherUse<I>,
    /// Another process may have sent the refresh token of every ended session whose epoch is smaller than this value.
    /// Unlike `other_use`, this value does not change when the store contains another session.
    used_before: u64,
    /// The number of changes to the session. `written` is the number of changes that have been stored.
    pub(crate) changes: u64,
    pub(crate) written: u64,
}

/// Whether another process may have used this session's refresh token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum OtherUse<I> {
    #[default]
    None,
    /// The last read found an intent that another process had stored. The intent remains in the store until the result
    /// of the intended refresh is known.
    Intended(I),
    /// Another process may have sent the refresh token, and this process has replaced the other process's intent to
    /// refresh.
    Possible,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredRecord<L, I, R> {
    pub(crate) revision: R,
    /// The identity of the stored session. `None` means that the record contains no session.
    pub(crate) identity: Option<Identity<L>>,
    pub(crate) intent: Option<I>,
}

/// A record that a process is about to write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RecordDraft<L, I, R> {
    /// The store revision that the write replaces. `None` means that the store must be read before the record is
    /// written.
    pub(crate) basis: Option<R>,
    pub(crate) stored_as: StoredAs<L>,
    pub(crate) intent: Option<I>,
    /// Whether the record contains no session.
    pub(crate) ends: bool,
}

impl<L: Clone + PartialEq, I: Clone + PartialEq, R: Copy + PartialEq> StoreView<L, I, R> {
    pub(crate) fn new(stored_as: StoredAs<L>) -> Self {
        Self {
            revision: None,
            known_login: None,
            stored_as,
            intent: None,
            other_use: OtherUse::None,
            used_before: 0,
            changes: 0,
            written: 0,
        }
    }

    /// Records that the session has changed and must be stored.
    pub(crate) fn changed(&mut self) {
        self.changes += 1;
    }

    pub(crate) fn has_unwritten(&self) -> bool {
        self.changes > self.written
    }

    /// Whether this process keeps the store's lock when a refresh ends. If the process released the lock while the
    /// store contained an older record, another process could send a refresh token that has already been used.
    pub(crate) fn keeps_lock(&self) -> bool {
        self.has_unwritten()
    }

    /// Sets the epoch of the session. A session in a new epoch gets a new identity.
    pub(crate) fn in_epoch(&mut self, epoch: u64, new_login: impl FnOnce() -> L) -> &mut Self {
        if self.stored_as.epoch != epoch {
            if self.other_use != OtherUse::None {
                self.used_before = epoch;
            }
            self.stored_as = StoredAs::new(epoch, new_login());
            self.intent = None;
        }
        self
    }

    fn known(&mut self, found: &StoredRecord<L, I, R>) {
        self.revision = Some(found.revision);
        self.known_login = found.identity.as_ref().map(|identity| identity.login.clone());
    }

    /// Records the content of the store, unless a change in this process will replace that content. Returns the result
    /// of comparing the record with the session, and the change that the session needs.
    pub(crate) fn observe(
        &mut self,
        found: &StoredRecord<L, I, R>,
        here: Here,
        takes_others: bool,
    ) -> (Comparison, Adoption) {
        let comparison = self.stored_as.compare(found.identity.as_ref());
        if comparison != Comparison::ReplacedByChange {
            self.stored_as.storage = Storage::Confirmed;
            self.known(found);
            // If the stored session is older than this process's session, the stored intent is obsolete.
            let intent = found.intent.clone().filter(|_| comparison != Comparison::Older);
            let other = intent.filter(|intent| self.intent.as_ref() != Some(intent));
            self.other_use = other.map_or(OtherUse::None, OtherUse::Intended);
        }
        (comparison, adoption(comparison, here, takes_others))
    }

    /// Records that the stored session has replaced this process's session.
    pub(crate) fn adopted(&mut self, epoch: u64, stored: Identity<L>, other_place: Option<String>) {
        self.intent = None;
        self.stored_as = StoredAs { epoch, identity: stored, storage: Storage::Confirmed, other_place };
    }

    /// Records that the session now has the refresh token from the store. The access token stays the same, and a
    /// running refresh continues.
    pub(crate) fn adopted_refresh_token(&mut self, stored: Identity<L>, other_place: Option<String>) {
        self.stored_as.identity = stored;
        self.stored_as.other_place = other_place;
    }

    /// Records that the session has ended, both in this process and in the store.
    pub(crate) fn ended(&mut self, epoch: u64, login: L) {
        self.stored_as = StoredAs::new(epoch, login).confirmed();
    }

    /// Returns the record that this process must write now, if any. `here` is the state of the session in this process.
    /// `shares_cookies` is true if all processes share their cookies. With shared cookies, a process without a login
    /// can also refresh, and that process's intent to refresh must stay in the store even though the store contains no
    /// session.
    pub(crate) fn draft(&self, here: Here, shares_cookies: bool) -> Option<RecordDraft<L, I, R>> {
        let stored_as = self.stored_as.clone();
        let is_other = |login: &L| *login != stored_as.identity.login;
        let leaves_intent = shares_cookies && self.known_login.is_none();
        let replaced =
            here == Here::LoggedOut && !leaves_intent || self.known_login.as_ref().is_some_and(is_other);
        if stored_as.is_confirmed() && replaced {
            return None;
        }
        let other = match &self.other_use {
            OtherUse::Intended(intent) if stored_as.is_confirmed() => Some(intent.clone()),
            OtherUse::Intended(_) | OtherUse::Possible | OtherUse::None => None,
        };
        let (basis, intent) = (self.revision, self.intent.clone().or(other));
        Some(RecordDraft { basis, stored_as, intent, ends: here != Here::LoggedIn })
    }

    /// Records `found` as the store's content, and returns the revision that `draft` may replace. Returns `None` if
    /// `draft` is already stored and only the confirmation was lost, or if another process has replaced the record.
    pub(crate) fn found_basis(
        &mut self,
        draft: &RecordDraft<L, I, R>,
        found: &StoredRecord<L, I, R>,
    ) -> Option<R> {
        self.was_changed(draft);
        if draft.stored_as.compare(found.identity.as_ref()) != Comparison::ReplacedByChange {
            return None;
        }
        self.known(found);
        Some(found.revision)
    }

    /// Records that the process is about to write `draft`. The store may contain the new record even if the write is
    /// not confirmed.
    pub(crate) fn tries(&mut self, draft: &RecordDraft<L, I, R>) {
        if self.is_current(draft) && self.stored_as.storage == Storage::Missing {
            self.stored_as.storage = Storage::Unconfirmed { replaces: self.known_login.clone() };
        }
    }

    /// Records that the store now contains the record from `draft`.
    pub(crate) fn confirmed(&mut self, draft: &RecordDraft<L, I, R>, revision: R) {
        if !draft.stored_as.is_confirmed() && !draft.ends {
            self.other_use = OtherUse::None;
        }
        self.revision = Some(revision);
        self.known_login = (!draft.ends).then(|| draft.stored_as.identity.login.clone());
        if self.is_current(draft) {
            self.stored_as.storage = Storage::Confirmed;
        }
    }

    /// Records that the store rejected the login or logout in `draft` because the store's revision had changed.
    pub(crate) fn refused(&mut self, draft: RecordDraft<L, I, R>) {
        self.was_changed(&draft);
        self.revision = None;
        if self.is_current(&draft) {
            self.stored_as.storage = draft.stored_as.storage;
        }
    }

    fn is_current(&self, draft: &RecordDraft<L, I, R>) -> bool {
        self.stored_as.epoch == draft.stored_as.epoch
    }

    /// Records that another process changed the store before `draft` was written. If `draft` is a login or logout, the
    /// other process may have sent the refresh token of the session that the login or logout ended.
    fn was_changed(&mut self, draft: &RecordDraft<L, I, R>) {
        if !draft.stored_as.is_confirmed() {
            self.used_before = self.used_before.max(draft.stored_as.epoch);
        }
    }

    /// Whether another process may have sent the refresh token of the ended session from `epoch`.
    pub(crate) fn is_used_elsewhere(&self, epoch: u64) -> bool {
        epoch < self.used_before
    }

    pub(crate) fn written_up_to(&mut self, change: u64) {
        self.written = change;
    }

    /// Records that the store contains this process's intent to refresh. `intent` is `None` if the refresh cannot spend
    /// a refresh token. `has_login` is true if the record contains a session.
    pub(crate) fn intends(&mut self, revision: R, intent: Option<I>, has_login: bool) {
        self.revision = Some(revision);
        self.known_login = has_login.then(|| self.stored_as.identity.login.clone());
        self.intent = intent;
        if self.other_use != OtherUse::None {
            self.other_use = OtherUse::Possible;
        }
    }

    /// Records that the intent is obsolete, because the session has ended, or because the server has responded without
    /// spending the refresh token.
    pub(crate) fn answered(&mut self) {
        self.intent = None;
    }

    /// Records that the session has a new credential. `stored` is the revision of the new record, or `None` if the
    /// store has not confirmed the write. `first` is true if the session had no login before the refresh.
    pub(crate) fn refreshed(&mut self, stored: Option<R>, first: bool) {
        self.stored_as.next_generation();
        self.intent = None;
        self.other_use = OtherUse::None;
        match stored {
            Some(revision) => {
                self.revision = Some(revision);
                self.stored_as.storage = Storage::Confirmed;
                self.known_login = Some(self.stored_as.identity.login.clone());
            }
            // The store may have received the write without confirming it.
            None if first => {
                self.stored_as.storage = Storage::Unconfirmed { replaces: self.known_login.clone() };
            }
            None => {}
        }
    }
}
