//! Writes the current session to its store.

use std::sync::Arc;

use super::state::{Adopt, StoreSync, here_of};
use crate::error::{Error, Kind};
use crate::session::cookies::Cookies;
use crate::session::credential::Credential;
use crate::session::record::{Intent, Record, StoredSession};
use crate::session::session::Session;
use crate::session::store_rules::{RecordDraft, StoredAs};
use crate::store::{Revision, Swap};

/// The maximum number of attempts to write a record while other processes keep writing to the store.
const TRIES: u32 = 8;

/// A draft, its record, and the fencing number of the lock that is held while the record is written.
type ReadyDraft = (RecordDraft<String, Intent, Revision>, Record, Option<u64>);

impl Session {
    pub(super) async fn write(&self, store_sync: &StoreSync) -> Result<(), Error> {
        let _exclusive = store_sync.exclusive().await;
        store_sync.locate().await;
        for _ in 0..TRIES {
            let Some((draft, record, fence)) = self.draft(store_sync) else { return Ok(()) };
            let basis = if let Some(basis) = draft.basis {
                basis
            } else {
                // If the store contains data that this crate did not write, the read returns an error, and the data is
                // not overwritten.
                let found = store_sync.load().await?;
                let basis = store_sync.state().view.found_basis(&draft, &found.stored());
                let Some(basis) = basis else {
                    self.adopt(store_sync, &found, Adopt::SameLogin)?;
                    continue;
                };
                basis
            };
            store_sync.state().view.tries(&draft);
            match store_sync.swap(Swap { basis, record: record.write()?, fence }).await? {
                Some(revision) => {
                    store_sync.state().view.confirmed(&draft, revision);
                    self.watch_store(store_sync);
                    return Ok(());
                }
                None if !draft.stored_as.is_confirmed() => store_sync.state().view.refused(draft),
                None => {
                    let found = store_sync.load().await?;
                    let unchanged = found.revision == basis;
                    self.adopt(store_sync, &found, Adopt::SameLogin)?;
                    // The store rejected the write even though the revision in the store is as expected, so this
                    // process's lock must have expired.
                    let lock = if unchanged { store_sync.state().lock.take() } else { None };
                    drop(lock);
                }
            }
        }
        Err(Error::new(Kind::Store, "other processes keep changing the store. Try again later"))
    }

    /// Returns the draft that must be written now, with the draft's record and the lock's fencing number, or `None` if
    /// no write is needed.
    fn draft(&self, store_sync: &StoreSync) -> Option<ReadyDraft> {
        let machine = self.lock();
        let here = machine.current();
        let mut state = store_sync.state();
        let draft = state.view_of(here).draft(here_of(here), store_sync.store.shares_cookies())?;
        let stored = stored_session(store_sync, &draft.stored_as, here.credential(), &here.cookies);
        let record = Record::new(stored).with_intent(draft.intent.clone());
        let fence = state.lock.fence().filter(|_| draft.stored_as.is_confirmed());
        Some((draft, record, fence))
    }
}

/// Returns the session in the form in which it is stored, or `None` after a logout.
pub(super) fn stored_session(
    store_sync: &StoreSync,
    stored_as: &StoredAs<String>,
    credential: Option<&Arc<Credential>>,
    cookies: &Cookies,
) -> Option<StoredSession> {
    let credential = credential?;
    let (identity, age) = (stored_as.identity.clone(), credential.received().elapsed());
    let stored = StoredSession::new(identity, credential.tokens(), age, cookies.clone());
    Some(stored.with_place(store_sync.place_of(stored_as)))
}
