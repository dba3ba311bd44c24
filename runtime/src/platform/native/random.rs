//! Random numbers that no two processes share.

use std::hash::{BuildHasher, RandomState};

/// A random number. The hasher of the standard library is seeded by the operating system.
pub(crate) fn random_u128() -> u128 {
    let hasher = RandomState::new();
    u128::from(hasher.hash_one(0_u8)) << 64 | u128::from(hasher.hash_one(1_u8))
}
