//! A store in the system's keyring: [`KeyringStore`].

use std::path::PathBuf;
use std::sync::Arc;

use keyring::Entry;
use tokio::task::spawn_blocking;

use super::frame::{frame, unframe};
use super::lock_file::{file_identity, lock, with_suffix, write_lock};
use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Keeps a session in the system's keyring: for programs of a person at a desktop, whose tokens shall not lie in a file. With
/// the feature `keyring`.
///
/// The keyring is the Keychain of macOS and iOS, the Credential Manager of Windows, and elsewhere the Secret
/// Service (GNOME Keyring and others). The session is the secret of one entry, encrypted at rest as the keyring
/// encrypts all it has; what the person's other programs may read of it is the keyring's to say.
///
/// **What it promises.** Keyrings can neither compare and swap nor lock. Both are done by two lock files,
/// `<lock>.lock` and `<lock>.write`, which hold nothing and stay; the locks are the kernel's and end with the process that
/// holds them, however it ends. So the promises of a [`SessionStore`] hold among all who name the same lock file, on one
/// machine. Whoever names another one, or writes to the entry by other means, is not kept from overwriting.
///
/// **At a crash** the entry has what it had before or what it was to get: a keyring replaces a secret as a whole. How soon it is
/// on the disk is the keyring's to say. An entry that is torn or somebody else's is an error, and is left as it is.
///
/// **Limits.** Windows keeps 2560 bytes for each entry, which two long JWTs or some cookies exceed: storing is an error then,
/// before the refresh token is spent, since the runtime makes sure first that it can store. Use a
/// [`FileStore`](crate::FileStore), sealed perhaps, for such sessions. The Secret Service and the Keychain have no limit that
/// matters here. The record is bytes, not text, so keyring programs may show it oddly.
///
/// **Waiting.** A keyring that is locked asks the person, and the call waits for the answer on a thread for blocking work,
/// which lives on when the call has given up. Services and containers mostly have no keyring at all; every call is an error
/// there.
///
/// ```no_run
/// # fn example(home: &std::path::Path) -> afresh::Result<()> {
/// use afresh::{Client, KeyringStore};
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
    /// Keeps the session of `identity` in the entry that has `service`, the program's name, for its service and `identity` for
    /// its user. `lock` is where the lock files are made, and their folder, readable by its owner alone; it must be the same
    /// for every process that uses this entry, and another for every other entry. So it must not depend on
    /// what only some processes have, such as `XDG_RUNTIME_DIR`.
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

    /// One at a time among all processes.
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

    /// By the lock file: whoever has another one, on another machine to which the keyring is synchronized for instance, is
    /// not kept from refreshing at the same time.
    async fn place(&self) -> Option<String> {
        let place = self.place.clone();
        spawn_blocking(move || file_identity(&with_suffix(&place.lock, ".write"))).await.ok()?.ok()
    }
}

/// What an error says. The error itself may hold the secret, and its `Debug` would show it.
#[allow(clippy::needless_pass_by_value, reason = "so that nothing else can be made of it")]
fn redacted(error: keyring::Error) -> BoxError {
    error.to_string().into()
}
