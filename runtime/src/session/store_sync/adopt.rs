//! Applies changes from other processes to this process's session.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::state::{Adopt, Found, StoreSync, SyncState, View, here_of, new_login};
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::task;
use crate::platform::time::{Instant, sleep};
use crate::session::credential::{Credential, Source};
use crate::session::events::SessionEvent;
use crate::session::jwt;
use crate::session::operation::Operation;
use crate::session::record::StoredSession;
use crate::session::refresh_handle::{RefreshHandle, complete_detached};
use crate::session::session::{Inner, Session};
use crate::session::session_state::SessionState;
use crate::session::snapshot::Snapshot;
use crate::session::state_machine::StateMachine;
use crate::session::store_rules::{Adoption, Comparison};
use crate::store::ErasedStore;

/// The minimum interval between two reads that check whether another process has stored a session.
const PAUSE: Duration = Duration::from_secs(1);

impl Session {
    /// Reads the store and uses the stored session, even if another process has logged in as a different user. Returns
    /// the state of the session after the read. If the session has no store, `load` returns the state without reading
    /// anything.
    ///
    /// Use `load` in a tool that must show, before its first call, whether the user is logged in. Most programs do not
    /// need `load`, because the first call that needs the session reads the store.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_store`](Error::is_store) returns `true` if the store cannot be read, or if the
    /// session has changes that cannot be stored. The session stays unchanged.
    ///
    /// This function is cancel safe.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// use afresh::{Client, FileStore, SessionState};
    ///
    /// let shop = Client::builder("https://shop.example").store(FileStore::new("session")).build()?;
    /// if shop.session().load().await? == SessionState::LoggedOut {
    ///     println!("log in first");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(&self) -> Operation<impl Future<Output = Result<SessionState, Error>> + Send + '_> {
        Operation::new(async move {
            if let Some(store_sync) = self.store_sync() {
                self.saved().await?;
                let _exclusive = store_sync.exclusive().await;
                self.read_store(store_sync, Adopt::AnyLogin).await?;
            }
            Ok(self.state())
        })
    }

    /// Reads the store before a call without a credential, because another process might have logged in or refreshed.
    /// The first read of the store must succeed. After the first read, the store is read at most once per second, and
    /// read errors are ignored.
    pub(crate) async fn check_store(&self) -> Result<(), Error> {
        match self.store_sync() {
            Some(store_sync) if self.snapshot().credential().is_none() => {
                // The future is boxed so that calls without a store do not reserve memory for it.
                Box::pin(self.check_store_at(store_sync)).await
            }
            _ => Ok(()),
        }
    }

    async fn check_store_at(&self, store_sync: &StoreSync) -> Result<(), Error> {
        let unread = |state: &SyncState| state.view.revision.is_none() && state.view.stored_as.is_confirmed();
        let old_enough =
            |state: &SyncState| state.last_read.as_ref().is_none_or(|(then, _)| then.elapsed() >= PAUSE);
        let before = {
            let state = store_sync.state();
            if !unread(&state) && !old_enough(&state) {
                return Ok(());
            }
            state.reads
        };
        let _exclusive = store_sync.exclusive().await;
        if self.snapshot().credential().is_some() {
            return Ok(());
        }
        let (unread, last) = {
            let state = store_sync.state();
            let last = state.last_read.clone().filter(|_| state.reads != before);
            (unread(&state), last)
        };
        let last_read = match last {
            Some((_, Some(error))) => Err(error),
            Some((_, None)) => Ok(()),
            None => self.read_store(store_sync, Adopt::SameLogin).await.map(|_| ()),
        };
        if unread { last_read } else { Ok(()) }
    }

    /// The caller must hold the guard of `StoreSync::exclusive`.
    pub(super) async fn read_store(&self, store_sync: &StoreSync, which: Adopt) -> Result<Adoption, Error> {
        let last_read = match store_sync.load().await {
            Ok(found) => self.adopt(store_sync, &found, which),
            Err(error) => Err(error),
        };
        {
            let mut state = store_sync.state();
            state.reads += 1;
            state.last_read = Some((Instant::now(), last_read.as_ref().err().cloned()));
        }
        self.watch_store(store_sync);
        last_read
    }

    /// The user's unstored changes to the session are kept.
    pub(super) fn adopt(
        &self,
        store_sync: &StoreSync,
        found: &Found,
        which: Adopt,
    ) -> Result<Adoption, Error> {
        // If all processes share their cookies, another user's login must also replace the session in this process.
        let which = if store_sync.store.shares_cookies() { Adopt::AnyLogin } else { which };
        let stored = found.record.session.as_ref();
        let offer = match stored {
            Some(stored) => Some(Offer {
                stored,
                credential: Arc::new(credential_of(stored)?),
                other_place: store_sync.other_place(stored),
            }),
            None => None,
        };
        let ((adoption, change, detached), store_is_older) = self.update(|machine| {
            let mut state = store_sync.state();
            let here = machine.current().clone();
            let takes_others =
                which == Adopt::AnyLogin || offer.as_ref().is_some_and(|offer| offer.is_of_user_of(&here));
            let view = state.view_of(&here);
            let (comparison, adoption) = view.observe(&found.stored(), here_of(&here), takes_others);
            let adopted = match (adoption, offer) {
                (Adoption::End, _) => end(machine, view),
                (Adoption::Take { new_epoch }, Some(offer)) => take(machine, view, &here, offer, new_epoch),
                (Adoption::Keep, Some(offer)) if comparison == Comparison::Same => {
                    keep(machine, view, &here, &offer)
                }
                (Adoption::Keep | Adoption::KeepOther | Adoption::Take { .. }, _) => (Change::Nothing, None),
            };
            ((adoption, adopted.0, adopted.1), comparison == Comparison::Older)
        });
        complete_detached(detached);
        if store_is_older {
            self.save();
        }
        match change {
            Change::Adopted => {
                self.emit(SessionEvent::Adopted);
                if stored.is_some_and(|stored| store_sync.is_shared(stored)) {
                    self.emit(SessionEvent::GrantShared);
                }
            }
            Change::LoggedOut => self.emit(SessionEvent::LoggedOut),
            Change::Nothing => {}
        }
        Ok(adoption)
    }

    /// Starts a task that updates this process's session as soon as the store reports a change to the stored session.
    pub(super) fn watch_store(&self, store_sync: &StoreSync) {
        let Some(runtime) = self.runtime() else { return };
        let watch = || task::spawn(&runtime, watch(Arc::downgrade(&self.0), store_sync.store.clone()));
        store_sync.watcher.get_or_init(watch);
    }
}

/// The task that watches the store keeps the store alive, but not the session.
async fn watch(session: Weak<Inner>, store: Arc<dyn ErasedStore>) {
    let here = || session.upgrade().map(Session);
    let newest =
        |session: &Session| session.store_sync().and_then(|store_sync| store_sync.state().view.revision);
    while let Some(seen) = here().map(|session| newest(&session)) {
        store.changed(seen.unwrap_or_default()).await;
        let Some(session) = here() else { return };
        let Some(store_sync) = session.store_sync().filter(|_| newest(&session) == seen) else { continue };
        let exclusive = store_sync.exclusive().await;
        // The task ignores read errors, because the next call that needs the store returns an error as well.
        let _ = session.read_store(store_sync, Adopt::SameLogin).await;
        drop(exclusive);
        if newest(&session) == seen {
            // If the store reports a change that the read does not find, a pause before the next read prevents a busy
            // loop.
            drop(session);
            sleep(PAUSE).await;
        }
    }
}

/// A stored session that could replace this process's session.
struct Offer<'a> {
    stored: &'a StoredSession,
    credential: Arc<Credential>,
    other_place: Option<String>,
}

impl Offer<'_> {
    fn is_of_user_of(&self, here: &Snapshot) -> bool {
        let user = |credential: &Credential| credential.tokens().access_token().and_then(jwt::user);
        here.credential().and_then(|old| user(old)).is_some_and(|old| user(&self.credential) == Some(old))
    }
}

enum Change {
    Nothing,
    Adopted,
    LoggedOut,
}

type Adopted = (Change, Option<RefreshHandle>);

/// Replaces the session's cookies with the stored cookies if the store contains this process's session.
fn keep(
    machine: &mut StateMachine<RefreshHandle>,
    view: &View,
    here: &Snapshot,
    offer: &Offer<'_>,
) -> Adopted {
    let cookies = &offer.stored.cookies;
    if let Some(old) = here.credential().filter(|_| !view.has_unwritten() && *cookies != *here.cookies) {
        machine.replace_refresh_token(old.clone(), Arc::new(cookies.clone()));
    }
    (Change::Nothing, None)
}

fn end(machine: &mut StateMachine<RefreshHandle>, view: &mut View) -> Adopted {
    let (_, detached) = machine.log_out();
    view.ended(machine.current().stamp.epoch, new_login());
    (Change::LoggedOut, detached)
}

fn take(
    machine: &mut StateMachine<RefreshHandle>,
    view: &mut View,
    here: &Snapshot,
    offer: Offer<'_>,
    new_epoch: bool,
) -> Adopted {
    let Offer { stored, credential, other_place } = offer;
    let cookies = Arc::new(stored.cookies.clone());
    if !new_epoch && here.credential().is_some_and(|old| has_same_access(old, &credential)) {
        machine.replace_refresh_token(credential, cookies);
        view.adopted_refresh_token(stored.identity(), other_place);
        return (Change::Nothing, None);
    }
    let detached = machine.adopt(credential, cookies, new_epoch);
    view.adopted(machine.current().stamp.epoch, stored.identity(), other_place);
    (Change::Adopted, detached)
}

fn has_same_access(one: &Credential, other: &Credential) -> bool {
    let access = one.tokens().access_token();
    access.is_some() && access == other.tokens().access_token()
}

/// The age of stored tokens is unknown, like the age of tokens that the program sets.
fn credential_of(stored: &StoredSession) -> Result<Credential, Error> {
    Credential::new(stored.tokens(), Source::Given, Now::read(), fastrand::f64()).map_err(|error| {
        Error::new(Kind::Store, "the store contains tokens that cannot be used. Log in again")
            .with_source(error)
    })
}
