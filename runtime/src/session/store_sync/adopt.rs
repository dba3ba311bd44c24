//! What other processes have stored, brought into the session.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::state::{Archive, Book, Found, Heed, Known, Taken};
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::task;
use crate::session::cell::Cell;
use crate::session::credential::{Credential, Minted};
use crate::session::events::SessionEvent;
use crate::session::jwt;
use crate::session::record::StoredSession;
use crate::session::session::{Inner, Session, SessionState};
use crate::session::snapshot::{Snapshot, Standing};
use crate::session::ticket::{Ticket, release};
use crate::store::ErasedStore;

/// How often the store is looked at for a session that somebody else may have brought.
const PAUSE: Duration = Duration::from_secs(1);

impl Session {
    /// Reads the store, and makes what it holds the session: also where another process has logged in anew,
    /// which is not taken over by itself. How the session stands then. Without a store it only says that.
    ///
    /// Made for tools that ask "are we logged in?" before they make a call. There is no need for it otherwise:
    /// the first call that needs the session reads the store.
    ///
    /// # Errors
    ///
    /// [`is_store`](Error::is_store) if the store could not be read, or if what is here is not stored yet and
    /// cannot be. The session is as it was.
    ///
    /// Cancel safe.
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
    pub async fn load(&self) -> Result<SessionState, Error> {
        if let Some(archive) = self.archive() {
            self.stored().await?;
            let _turn = archive.turn().await;
            self.look(archive, Heed::All).await?;
        }
        Ok(self.state())
    }

    /// Before a call that what is here is of no use for: somebody may have logged in or refreshed. The first
    /// time it must be known; later the store is asked once in a while, and not knowing is no harm.
    pub(crate) async fn consult(&self) -> Result<(), Error> {
        match self.archive() {
            Some(archive) if self.snapshot().credential().is_none() => {
                // Boxed, so that calls without a store do not carry it along.
                Box::pin(self.consult_at(archive)).await
            }
            _ => Ok(()),
        }
    }

    async fn consult_at(&self, archive: &Archive) -> Result<(), Error> {
        let unread = |known: &Known| known.revision.is_none() && known.book.anchored;
        let rested = |known: &Known| known.looked.as_ref().is_none_or(|(then, _)| then.elapsed() >= PAUSE);
        let before = {
            let known = archive.known();
            if !unread(&known) && !rested(&known) {
                return Ok(());
            }
            known.looks
        };
        let _turn = archive.turn().await;
        if self.snapshot().credential().is_some() {
            return Ok(());
        }
        let (unread, last) = {
            let known = archive.known();
            let last = known.looked.clone().filter(|_| known.looks != before);
            (unread(&known), last)
        };
        let looked = match last {
            Some((_, Some(error))) => Err(error),
            Some((_, None)) => Ok(()),
            None => self.look(archive, Heed::Peers).await.map(|_| ()),
        };
        if unread { looked } else { Ok(()) }
    }

    /// Whoever calls it has the turn.
    pub(super) async fn look(&self, archive: &Archive, heed: Heed) -> Result<Taken, Error> {
        let looked = match archive.load().await {
            Ok(found) => self.take_in(archive, &found, heed),
            Err(error) => Err(error),
        };
        {
            let mut known = archive.known();
            known.looks += 1;
            known.looked = Some((Instant::now(), looked.as_ref().err().cloned()));
        }
        self.watch_store(archive);
        looked
    }

    /// Makes of what is stored what it means for the session. An act of the user's that is not stored yet
    /// comes after it, whatever it is.
    pub(super) fn take_in(&self, archive: &Archive, found: &Found, heed: Heed) -> Result<Taken, Error> {
        let stored = found.record.session.as_ref();
        let offer = match stored {
            Some(stored) => Some(Offer {
                stored,
                credential: Arc::new(credential_of(stored)?),
                elsewhere: archive.elsewhere(stored),
            }),
            None => None,
        };
        let (taken, detached, forgetful) = self.update(|cell| {
            let mut known = archive.known();
            let here = cell.current().clone();
            if !known.book_of(&here).anchored {
                return (Taken::Nothing, None, false);
            }
            known.revision = Some(found.revision);
            let (taken, detached) = take(cell, &mut known, &here, offer, heed);
            (taken, detached, known.is_ahead_of(stored))
        });
        release(detached);
        if forgetful {
            self.keep();
        }
        match taken {
            Taken::Adopted => {
                self.ring(SessionEvent::Adopted);
                if stored.is_some_and(|stored| archive.has_shared(stored)) {
                    self.ring(SessionEvent::GrantShared);
                }
            }
            Taken::Ended => self.ring(SessionEvent::LoggedOut),
            Taken::Nothing | Taken::Secrets | Taken::Foreign => {}
        }
        Ok(taken)
    }

    /// From now on changes that the store tells of are taken in at once.
    pub(super) fn watch_store(&self, archive: &Archive) {
        let Ok(runtime) = Handle::try_current() else { return };
        let watch = || task::spawn(&runtime, watch(Arc::downgrade(&self.0), archive.store.clone()));
        archive.watcher.get_or_init(watch);
    }
}

/// Keeps nothing alive but the store.
async fn watch(session: Weak<Inner>, store: Arc<dyn ErasedStore>) {
    let here = || session.upgrade().map(Session);
    let newest = |session: &Session| session.archive().and_then(|archive| archive.known().revision);
    while let Some(seen) = here().map(|session| newest(&session)) {
        store.changed(seen.unwrap_or_default()).await;
        let Some(session) = here() else { return };
        let Some(archive) = session.archive().filter(|_| newest(&session) == seen) else { continue };
        let turn = archive.turn().await;
        // An error is nobody's yet: who needs the store meets it again.
        let _ = session.look(archive, Heed::Peers).await;
        drop(turn);
        if newest(&session) == seen {
            // What told of a change that nobody finds is not asked all the time.
            drop(session);
            sleep(PAUSE).await;
        }
    }
}

/// A session that the store has.
struct Offer<'a> {
    stored: &'a StoredSession,
    credential: Arc<Credential>,
    elsewhere: Option<String>,
}

/// One step of the cell and of what is known of the store.
fn take(
    cell: &mut Cell<Ticket>,
    known: &mut Known,
    here: &Snapshot,
    offer: Option<Offer<'_>>,
    heed: Heed,
) -> (Taken, Option<Ticket>) {
    let Some(Offer { stored, credential, elsewhere }) = offer else {
        if here.credential().is_none() {
            return (Taken::Nothing, None);
        }
        let (_, detached) = cell.log_out();
        known.book = Book { anchored: true, ..Book::fresh(cell.current()) };
        return (Taken::Ended, detached);
    };
    let ours = stored.login == known.book.login;
    let newer = stored.generation > known.book.generation;
    let cookies = Arc::new(stored.cookies.clone());
    let anew = match &here.standing {
        Standing::Nobody => false,
        Standing::Live(old) if ours && !newer => {
            let same = stored.generation == known.book.generation && !known.is_behind();
            if same && *cookies != *here.cookies {
                cell.take_secrets(old.clone(), cookies);
            }
            return (Taken::Nothing, None);
        }
        Standing::Live(old) if ours && has_same_access(old, &credential) => {
            known.book.generation = stored.generation;
            known.book.elsewhere = elsewhere;
            cell.take_secrets(credential, cookies);
            return (Taken::Secrets, None);
        }
        Standing::Live(_) if ours => false,
        Standing::Live(old) if heed == Heed::Peers && !is_of_same_user(old, &credential) => {
            return (Taken::Foreign, None);
        }
        Standing::Expired { .. } if ours && !newer => return (Taken::Nothing, None),
        Standing::Live(_) | Standing::Expired { .. } => true,
    };
    let detached = cell.adopt(credential, cookies, anew);
    known.intent = None;
    known.book = Book {
        epoch: cell.current().stamp.epoch,
        login: stored.login.clone(),
        generation: stored.generation,
        anchored: true,
        elsewhere,
    };
    (Taken::Adopted, detached)
}

fn has_same_access(one: &Credential, other: &Credential) -> bool {
    let access = one.tokens().access();
    access.is_some() && access == other.tokens().access()
}

fn is_of_same_user(one: &Credential, other: &Credential) -> bool {
    let user = |credential: &Credential| credential.tokens().access().and_then(jwt::user);
    user(one).is_some_and(|one| user(other) == Some(one))
}

/// Of any age, as tokens given by hand are.
fn credential_of(stored: &StoredSession) -> Result<Credential, Error> {
    Credential::new(stored.tokens(), Minted::Given, Now::read(), fastrand::f64()).map_err(|error| {
        Error::new(Kind::Store, "the store holds tokens that cannot be used").with_source(error)
    })
}
