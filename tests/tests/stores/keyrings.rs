//! Tests `KeyringStore` with an in-memory keyring.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, Once};

use afresh::store::{KeyringStore, SessionStore, Swap};
use afresh_tests::store_conformance::{Place, all};
use keyring::credential::{Credential, CredentialApi, CredentialBuilderApi, CredentialPersistence};
use keyring::{Entry, Error, Result};

use crate::files::Folder;

/// An in-memory keyring that works like a desktop keyring: all entries with the same name share one secret. In the
/// keyring crate's mock, each entry has a separate secret.
static KEYRING: Mutex<Option<Secrets>> = Mutex::new(None);

type Secrets = HashMap<(String, String), Vec<u8>>;

fn keyring() -> MutexGuard<'static, Option<Secrets>> {
    KEYRING.lock().unwrap()
}

struct Secret(String, String);

impl CredentialApi for Secret {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        // For the user `brief`, the keyring rejects secrets that are longer than the maximum on Windows.
        if self.1 == "brief" && secret.len() > 2560 {
            return Err(Error::TooLong("secret".into(), 2560));
        }
        let key = (self.0.clone(), self.1.clone());
        keyring().get_or_insert_default().insert(key, secret.to_vec());
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        if self.1 == "locked" {
            return Err(Error::BadEncoding(b"s3cret".to_vec()));
        }
        let key = (self.0.clone(), self.1.clone());
        keyring().get_or_insert_default().get(&key).cloned().ok_or(Error::NoEntry)
    }

    fn set_password(&self, password: &str) -> Result<()> {
        self.set_secret(password.as_bytes())
    }

    fn get_password(&self) -> Result<String> {
        String::from_utf8(self.get_secret()?).map_err(|error| Error::BadEncoding(error.into_bytes()))
    }

    fn delete_credential(&self) -> Result<()> {
        panic!("the store never deletes an entry")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Builder;

impl CredentialBuilderApi for Builder {
    fn build(&self, _: Option<&str>, service: &str, user: &str) -> Result<Box<Credential>> {
        Ok(Box::new(Secret(service.into(), user.into())))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn persistence(&self) -> CredentialPersistence {
        CredentialPersistence::ProcessOnly
    }
}

struct InKeyring {
    service: String,
    user: &'static str,
    folder: Folder,
}

impl InKeyring {
    fn of(user: &'static str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static SET_UP: Once = Once::new();
        SET_UP.call_once(|| keyring::set_default_credential_builder(Box::new(Builder)));
        let service = format!("shop-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self { service, user, folder: Folder::new() }
    }
}

impl Place for InKeyring {
    type Store = KeyringStore;

    fn open(&self) -> KeyringStore {
        KeyringStore::new(&self.service, self.user, self.folder.0.join("deep").join("alice"))
    }

    async fn spoil(&self) -> bool {
        Entry::new(&self.service, self.user).unwrap().set_password("foreign data").unwrap();
        true
    }

    async fn is_spoilt(&self) -> bool {
        Entry::new(&self.service, self.user).unwrap().get_password().unwrap() == "foreign data"
    }
}

fn swap(record: Vec<u8>) -> Swap {
    Swap { basis: <_>::default(), record, fence: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyring_store_passes_all_checks() {
    all(|| InKeyring::of("alice")).await;
}

#[tokio::test]
async fn a_record_too_long_for_an_entry_is_an_error_and_changes_nothing() {
    let store = InKeyring::of("brief").open();
    assert!(store.swap(swap(vec![b'x'; 3000])).await.unwrap_err().to_string().contains("2560"));
    assert!(store.load().await.unwrap().record.is_empty());
    assert!(store.swap(swap(vec![b'x'; 2000])).await.unwrap().is_some());
}

/// I16: the store's errors contain no secret, even though the Debug output of the keyring's error contains one.
#[tokio::test]
async fn no_error_of_the_keyring_shows_a_secret() {
    let store = InKeyring::of("locked").open();
    let error = store.load().await.unwrap_err();
    let secret = format!("{:?}", b"s3cret");
    assert!(!format!("{error:?} {error}").contains(secret.trim_matches(['[', ']'])), "{error:?}");
}
