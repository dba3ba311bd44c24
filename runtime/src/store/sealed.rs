//! Defines [`Sealed`], which encrypts the records of any store.

use std::error::Error as StdError;
use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, Nonce, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// The first bytes of a sealed record: a marker and the format version.
const MARK: &[u8] = b"afresh sealed 1\n";
/// The length of an `XChaCha20` nonce. An `XChaCha20` nonce is long enough that it can safely be chosen at random.
const NONCE: usize = 24;

/// Encrypts the records of any store. Use a `Sealed` store for a Redis instance that other users can read, or for a
/// file that is on a shared disk or included in backups. `Sealed` requires the `encrypt` feature.
///
/// The store encrypts and authenticates each record using XChaCha20-Poly1305 with your key and a new random nonce.
/// Revisions, locks, notifications and guarantees are the same as those of the inner store.
///
/// **An attacker with read access to the store** learns only the length and the revision of the record, and when the
/// record changes.
///
/// **An attacker with write access to the store** cannot create or change a session. If [`bound_to`](Self::bound_to) is
/// set, the attacker also cannot replace one user's session with another user's session. The attacker can force a new
/// login by deleting the record or restoring an older record.
///
/// If a record cannot be decrypted, [`load`](SessionStore::load) and [`swap`](SessionStore::swap) return a
/// [`SealError`], and the record is neither used nor overwritten. A record cannot be decrypted if the key or the name
/// differs, if the bytes were modified, or if the record was never sealed. To change the key, or to start sealing an
/// existing store, empty the store and log in again.
///
/// ```
/// # fn example(secret: [u8; 32]) -> afresh::Result<()> {
/// use afresh::store::{SealKey, Sealed};
/// use afresh::{Client, FileStore};
///
/// // 32 random bytes from where your program has its secrets, not from a password.
/// let store = Sealed::new(FileStore::new("/mnt/shared/shop/session"), SealKey::new(secret)).bound_to("alice");
/// let client = Client::builder("https://shop.example").store(store).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sealed<S> {
    inner: S,
    key: SealKey,
    name: String,
}

/// The key of a [`Sealed`] store. A `SealKey` is wiped from memory when it is dropped, and its `Debug` output does not
/// reveal the key.
#[derive(Clone)]
pub struct SealKey(XChaCha20Poly1305);

/// The reason that a record cannot be decrypted. The record stays in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// The record was never sealed.
    NotSealed,
    /// The record was sealed with a different key or for a different name, or it was modified.
    NotOpened,
}

impl SealKey {
    /// Creates a key from `bytes`. The bytes must be random, because they are used as the key directly, without key
    /// derivation.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&bytes.into()))
    }
}

impl<S> Sealed<S> {
    /// Creates a store that encrypts the records of `inner` with `key`.
    #[must_use]
    pub fn new(inner: S, key: SealKey) -> Self {
        Self { inner, key, name: String::new() }
    }

    /// Binds the record to `name`, such as the name of a user. Only a store that is bound to the same name can decrypt
    /// the record. By default, the record is bound to the empty name.
    #[must_use]
    pub fn bound_to(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the additional authenticated data (AAD) of a record.
    fn context(&self) -> Vec<u8> {
        [MARK, self.name.as_bytes()].concat()
    }

    fn seal(&self, record: &[u8]) -> Result<Vec<u8>, BoxError> {
        let nonce = Nonce::<XChaCha20Poly1305>::try_generate()?;
        let payload = Payload { msg: record, aad: &self.context() };
        let sealed = self.key.0.encrypt(&nonce, payload).map_err(|_| "the record is too long to encrypt")?;
        Ok([MARK, &nonce[..], &sealed].concat())
    }

    /// Decrypts a record. Empty content means that nothing has been stored yet.
    fn open(&self, content: &[u8]) -> Result<Vec<u8>, SealError> {
        if content.is_empty() {
            return Ok(Vec::new());
        }
        let sealed = content.strip_prefix(MARK).ok_or(SealError::NotSealed)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::NotOpened)?;
        let payload = Payload { msg: sealed, aad: &self.context() };
        self.key.0.decrypt(&(*nonce).into(), payload).map_err(|_| SealError::NotOpened)
    }
}

impl<S: SessionStore> SessionStore for Sealed<S> {
    async fn load(&self) -> Result<Stored, BoxError> {
        let stored = self.inner.load().await?;
        Ok(Stored { revision: stored.revision, record: self.open(&stored.record)? })
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        // A record that cannot be decrypted is not replaced. If another process stores a new record between this load
        // and the swap, the swap fails, because the revision has changed.
        self.open(&self.inner.load().await?.record)?;
        let record = self.seal(&swap.record)?;
        self.inner.swap(Swap { record, ..swap }).await
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        self.inner.lock().await
    }

    async fn changed(&self, seen: Revision) {
        self.inner.changed(seen).await;
    }

    async fn place(&self) -> Option<String> {
        self.inner.place().await
    }

    fn shares_cookies(&self) -> bool {
        self.inner.shares_cookies()
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSealed => "the stored record is not sealed. Empty the store and log in again",
            Self::NotOpened => {
                "the stored record cannot be decrypted: the key or the name differs, or the record was changed"
            }
        })
    }
}

impl StdError for SealError {}

#[cfg(test)]
mod tests {
    use super::super::memory::MemoryStore;
    use super::*;

    fn sealed(store: &MemoryStore, key: u8) -> Sealed<MemoryStore> {
        Sealed::new(store.clone(), SealKey::new([key; 32]))
    }

    fn swap(basis: u64, record: &[u8]) -> Swap {
        Swap { basis: Revision::new(basis), record: record.to_vec(), fence: None }
    }

    async fn refusal(store: &Sealed<MemoryStore>) -> SealError {
        *store.load().await.unwrap_err().downcast().unwrap()
    }

    #[tokio::test]
    async fn sealed_records_hide_their_content_and_never_repeat() {
        let memory = MemoryStore::new();
        let store = sealed(&memory, 1);
        assert!(store.load().await.unwrap().record.is_empty());
        let mut seen = Vec::new();
        for basis in 0..2 {
            store.swap(swap(basis, b"s3cret")).await.unwrap();
            seen.push(memory.load().await.unwrap().record);
            assert!(!seen[seen.len() - 1].windows(6).any(|window| window == b"s3cret"));
            assert_eq!(store.load().await.unwrap().record, b"s3cret");
        }
        assert_ne!(seen[0], seen[1]);
    }

    /// S7: if a record cannot be decrypted, operations return an error, and the record is not overwritten.
    #[tokio::test]
    async fn a_record_that_does_not_open_is_an_error_and_is_not_overwritten() {
        let memory = MemoryStore::new();
        sealed(&memory, 1).swap(swap(0, b"s3cret")).await.unwrap();
        let whole = memory.load().await.unwrap().record;
        assert_eq!(refusal(&sealed(&memory, 2)).await, SealError::NotOpened);
        assert_eq!(refusal(&sealed(&memory, 1).bound_to("bob")).await, SealError::NotOpened);
        assert!(sealed(&memory, 2).swap(swap(1, b"mine")).await.is_err());
        assert_eq!(memory.load().await.unwrap().record, whole);
        let mut basis = 1;
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            for changed in [changed, whole[..at].to_vec()].into_iter().filter(|bytes| !bytes.is_empty()) {
                memory.swap(swap(basis, &changed)).await.unwrap();
                basis += 1;
                let wanted =
                    if changed.starts_with(MARK) { SealError::NotOpened } else { SealError::NotSealed };
                assert_eq!(refusal(&sealed(&memory, 1)).await, wanted);
            }
        }
    }

    /// I16: the `Debug` output does not contain the key.
    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", SealKey::new([7; 32])), "SealKey(..)");
        assert!(!format!("{:?}", sealed(&MemoryStore::new(), 7)).contains('7'));
    }
}
