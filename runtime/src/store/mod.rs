//! Defines the stores, which keep a session across process restarts.
//!
//! Every store implements [`SessionStore`].

// To read the code, start with `session_store.rs`.

#[cfg(target_family = "wasm")]
pub(crate) mod absent;
pub(crate) mod erased;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod file;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod frame;
#[cfg(all(feature = "keyring", not(target_family = "wasm")))]
pub(crate) mod keyring;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod lock_file;
pub(crate) mod memory;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
pub(crate) mod redis;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod regular_file;
#[cfg(feature = "encrypt")]
pub(crate) mod sealed;
pub(crate) mod session_store;
#[cfg(any(test, target_family = "wasm"))]
pub(crate) mod tab;

#[cfg(target_family = "wasm")]
pub use self::absent::FileStore;
#[cfg(all(feature = "keyring", target_family = "wasm"))]
pub use self::absent::KeyringStore;
#[cfg(all(feature = "redis", target_family = "wasm"))]
pub use self::absent::RedisStore;
pub(crate) use self::erased::ErasedStore;
#[cfg(not(target_family = "wasm"))]
pub use self::file::FileStore;
#[cfg(all(feature = "keyring", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "keyring")))]
pub use self::keyring::KeyringStore;
pub use self::memory::MemoryStore;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::redis::RedisStore;
#[cfg(feature = "encrypt")]
#[cfg_attr(docsrs, doc(cfg(feature = "encrypt")))]
pub use self::sealed::{SealError, SealKey, Sealed};
pub use self::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
#[cfg(target_family = "wasm")]
pub use self::tab::TabStore;
