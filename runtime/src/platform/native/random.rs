//! Creates random numbers that differ between processes.

use std::hash::{BuildHasher, RandomState};

/// Returns a random number. The standard library's hasher gets a random seed from the operating system.
pub(crate) fn random_u128() -> u128 {
    let hasher = RandomState::new();
    u128::from(hasher.hash_one(0_u8)) << 64 | u128::from(hasher.hash_one(1_u8))
}
