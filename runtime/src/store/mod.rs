//! Stores, where a session outlives its process. Start with `session_store`, the trait. The other files are
//! one store each, or what several stores need.

pub(crate) mod erased;
pub(crate) mod file;
pub(crate) mod frame;
#[cfg(feature = "keyring")]
pub(crate) mod keyring;
pub(crate) mod lock_file;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod regular_file;
#[cfg(feature = "encrypt")]
pub(crate) mod sealed;
pub(crate) mod session_store;
#[cfg(any(test, target_family = "wasm"))]
pub(crate) mod tab;

pub(crate) use self::erased::ErasedStore;
pub use self::file::FileStore;
#[cfg(feature = "keyring")]
pub use self::keyring::KeyringStore;
pub use self::memory::MemoryStore;
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
#[cfg(feature = "encrypt")]
pub use self::sealed::{SealError, SealKey, Sealed};
pub use self::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
#[cfg(target_family = "wasm")]
pub use self::tab::TabStore;
