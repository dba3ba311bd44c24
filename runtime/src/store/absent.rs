//! Defines the stores that are not available in a browser. Code that uses `FileStore`, `KeyringStore` or `RedisStore`
//! does not compile for a browser.

use crate::platform::absent::Files;
#[cfg(feature = "keyring")]
use crate::platform::absent::Keyrings;
#[cfg(feature = "redis")]
use crate::platform::absent::RedisServers;

/// A browser has no files, so code that uses `FileStore` does not compile for a browser.
#[derive(Clone, Debug)]
pub struct FileStore(());

impl FileStore {
    #[doc(hidden)]
    pub fn new<P: Files>(_: P) -> Self {
        Self(())
    }

    #[doc(hidden)]
    pub fn for_identity<P: Files>(_: P, _: &str) -> Self {
        Self(())
    }
}

/// A browser has no keyring, so code that uses `KeyringStore` does not compile for a browser.
#[cfg(feature = "keyring")]
#[derive(Clone, Debug)]
pub struct KeyringStore(());

#[cfg(feature = "keyring")]
impl KeyringStore {
    #[doc(hidden)]
    pub fn new<S: Keyrings, I, L>(_: S, _: I, _: L) -> Self {
        Self(())
    }
}

/// A browser cannot connect to Redis, so code that uses `RedisStore` does not compile for a browser.
#[cfg(feature = "redis")]
#[derive(Clone, Debug)]
pub struct RedisStore(());

#[cfg(feature = "redis")]
impl RedisStore {
    #[doc(hidden)]
    pub fn new<S: RedisServers, N>(_: S, _: N) -> Result<Self, crate::error::BoxError> {
        Ok(Self(()))
    }

    #[doc(hidden)]
    pub fn with_client<S: RedisServers, N>(_: S, _: N) -> Self {
        Self(())
    }
}
