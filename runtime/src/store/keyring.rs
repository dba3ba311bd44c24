//! A store in the keyring of the system: [`KeyringStore`].

use std::path::PathBuf;
use std::sync::Arc;

use keyring::Entry;
use tokio::task::spawn_blocking;

use super::frame::{frame, unframe};
use super::lock_file::{file_identity, lock, with_suffix, write_lock};
use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Stores a session in the keyring of the system. Use it for desktop programs whose tokens must not be in a
/// file. It needs the feature `keyring`.
///
/// The keyring is the Keychain on macOS and iOS, the Credential Manager on Windows, and otherwise the Secret
/// Service (GNOME Keyring and others). The session is the secret of one entry. The keyring encrypts it and
/// decides which other programs of the user can read it.
///
/// **Guarantees.** A keyring has neither compare-and-swap nor locks. Two lock files provide both,
/// `<lock>.lock` and `<lock>.write`. They are empty and stay; the kernel holds the locks, so they end with
/// the process that holds them. The guarantees of a [`SessionStore`] hold for all processes on one machine
/// that use the same lock files. A process that uses other lock files, or writes to the entry by other means,
/// may overwrite a session.
///
/// **After a crash** the entry has its old or its new content, because a keyring replaces a secret as a
/// whole. The keyring decides when it is on the disk. An entry that is incomplete or belongs to another program is an
/// error and is not overwritten.
///
/// **Limits.** Windows stores 2560 bytes for each entry. Two long JWTs or a few cookies are longer. Storing
/// is then an error before the refresh token is sent, because the runtime tests first that it can store. Use
/// a [`FileStore`](crate::FileStore) for such sessions, encrypted if needed. The Secret Service and the
/// Keychain have no relevant limit. The record is binary, so keyring programs may display it oddly.
///
/// **Blocking.** A locked keyring asks the user, and the call waits for the answer on a blocking thread. The
/// thread continues after the call has timed out. Services and containers usually have no keyring. Every call
/// is an error there.
///
/// ```no_run
/// # fn example(home: &std::path::Path) -> afresh::Result<()> {
/// use afresh::store::KeyringStore;
/// use afresh::Client;
///
/// let store = KeyringStore::new("shop-cli", "alice", home.join(".local/state/shop-cli/alice"));
/// let client = Client::builder("https://shop.example").store(store).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyringStore {
    place: Arc<Location>,
}

#[derive(Debug)]
struct Location {
    service: String,
    identity: String,
    lock: PathBuf,
}

impl KeyringStore {
    /// Stores the session of `identity` in the entry with `service`, the name of the program, as its service
    /// and `identity` as its user. `lock` is the path of the lock files. Their folder is created if needed,
    /// and only the owner can read it. Use the same path in every process that uses this entry, and another
    /// path for every other entry. So the path must not depend on variables that only some processes have,
    /// such as `XDG_RUNTIME_DIR`.
    #[must_use]
    pub fn new(service: impl Into<String>, identity: impl Into<String>, lock: impl Into<PathBuf>) -> Self {
        let place = Location { service: service.into(), identity: identity.into(), lock: lock.into() };
        Self { place: Arc::new(place) }
    }
}

impl Location {
    fn entry(&self) -> Result<Entry, BoxError> {
        Entry::new(&self.service, &self.identity).map_err(redacted)
    }

    fn read(entry: &Entry) -> Result<Stored, BoxError> {
        match entry.get_secret() {
            Ok(content) => Ok(unframe(&content)?),
            Err(keyring::Error::NoEntry) => Ok(Stored::default()),
            Err(error) => Err(redacted(error)),
        }
    }

    /// Only one process at a time replaces the entry.
    fn replace(&self, swap: &Swap) -> Result<Option<Revision>, BoxError> {
        let _write_lock = write_lock(&with_suffix(&self.lock, ".write"))?;
        let entry = self.entry()?;
        if Self::read(&entry)?.revision != swap.basis {
            return Ok(None);
        }
        let revision = swap.basis.next();
        entry.set_secret(&frame(revision, &swap.record)).map_err(redacted)?;
        Ok(Some(revision))
    }
}

impl SessionStore for KeyringStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        let place = self.place.clone();
        spawn_blocking(move || Location::read(&place.entry()?)).await?
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let place = self.place.clone();
        spawn_blocking(move || place.replace(&swap)).await?
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        lock(with_suffix(&self.place.lock, ".lock")).await
    }

    /// Identified by the lock file. A process with another lock file, for example on another machine with a
    /// synchronized keyring, can refresh at the same time.
    async fn place(&self) -> Option<String> {
        let place = self.place.clone();
        spawn_blocking(move || file_identity(&with_suffix(&place.lock, ".write"))).await.ok()?.ok()
    }
}

/// The text of the error. The error itself may hold the secret, and its `Debug` would show it.
#[allow(clippy::needless_pass_by_value, reason = "so that nothing else can be made of it")]
fn redacted(error: keyring::Error) -> BoxError {
    error.to_string().into()
}
