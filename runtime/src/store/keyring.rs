//! Defines [`KeyringStore`], which stores a session in the operating system's keyring.

use std::path::PathBuf;
use std::sync::Arc;

use keyring::Entry;
use tokio::task::spawn_blocking;

use super::frame::{frame, unframe};
use super::lock_file::{file_identity, lock, with_suffix, write_lock};
use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// Stores a session in the operating system's keyring. Use a `KeyringStore` for desktop programs whose tokens must not
/// be stored in a file. `KeyringStore` requires the `keyring` feature.
///
/// The keyring is the Keychain on macOS and iOS, the Credential Manager on Windows, and the Secret Service (GNOME
/// Keyring and others) on other systems. The session is stored as the secret of one entry. The keyring encrypts the
/// entry and decides which of the user's other programs can read it.
///
/// **Guarantees.** A keyring itself supports neither compare-and-swap nor locking. To implement compare-and-swap and
/// locking, the store uses two lock files, `<lock>.lock` and `<lock>.write`. The lock files are empty and are never
/// deleted. The locks are kernel locks, so a lock is released when the process that holds it exits. The guarantees of a
/// [`SessionStore`] apply to all processes that run on one machine and use the same lock files. A process that uses
/// different lock files, or that writes to the entry without a `KeyringStore`, can overwrite a session.
///
/// **After a crash,** the entry has either its old or its new content, because a keyring replaces a secret as a whole.
/// The keyring decides when the content is written to disk. If the entry is incomplete or belongs to another program,
/// operations return an error, and the entry is not overwritten.
///
/// **Limits.** Windows stores at most 2560 bytes per entry. On Windows, a session with two long JWTs or a few cookies
/// exceeds the limit of 2560 bytes. If a session is too large for an entry, the runtime cannot store the session before
/// a refresh, so the refresh returns an error and does not send the refresh token. Use a
/// [`FileStore`](crate::FileStore) for large sessions, with encryption if needed. The Secret Service and the Keychain
/// do not have a size limit that affects sessions. The record is binary, so a keyring program might not be able to
/// display it as text.
///
/// **Blocking.** If the keyring is locked, the operating system asks the user to unlock it, and a blocking thread waits
/// for the user. The blocking thread keeps waiting for the user even after the store operation has timed out. Services
/// and containers usually have no keyring, so every store operation fails there.
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
    /// Creates a store for the session of `identity`. The entry's service is `service`, which is the name of the
    /// program, and the entry's user is `identity`. `lock` is the path of the two lock files, without the suffixes
    /// `.lock` and `.write`. If needed, the store creates a directory for the lock files. On Unix, only the current
    /// user can read a directory that the store creates. Use the same lock path in every process that uses this entry,
    /// and a different lock path for every other entry. The lock path must not depend on environment variables, such as
    /// `XDG_RUNTIME_DIR`, that are set only in some processes.
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

    /// Replaces the entry while holding the write lock, so only one process at a time can replace the entry.
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

    /// Returns the identifier of the lock file. A process that uses a different lock file, for example on another
    /// machine with a synchronized keyring, can refresh the same session at the same time.
    async fn place(&self) -> Option<String> {
        let place = self.place.clone();
        spawn_blocking(move || file_identity(&with_suffix(&place.lock, ".write"))).await.ok()?.ok()
    }
}

/// Returns only the message of a keyring error. The `Debug` output of the error itself could reveal the secret.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the caller must not use the original error after this call"
)]
fn redacted(error: keyring::Error) -> BoxError {
    error.to_string().into()
}
