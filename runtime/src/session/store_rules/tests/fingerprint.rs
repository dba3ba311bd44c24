//! Defines a hasher that is fast even in unoptimized builds. The tests hash millions of model states.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// The set of explored model states. Each state is represented by a 64-bit hash to save memory.
#[derive(Default)]
pub(super) struct Seen(HashSet<u64, BuildHasherDefault<Fingerprint>>);

impl Seen {
    pub(super) fn insert(&mut self, world: &impl Hash) -> bool {
        let mut hasher = Fingerprint::default();
        world.hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}

/// A hasher that multiplies and then folds the product, as wyhash does.
#[derive(Default)]
pub(super) struct Fingerprint(u64);

#[expect(clippy::cast_possible_truncation, reason = "the halves of a number")]
impl Fingerprint {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the halves of a number, and its bits"
)]
impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.mix(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_u128(&mut self, number: u128) {
        self.mix(number as u64);
        self.mix((number >> 64) as u64);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.mix(number as u64);
    }
}
