//! Random numbers that no two tabs share.

/// A random number. The generator is seeded by the browser; the hasher of the standard library is not.
pub(crate) fn random_u128() -> u128 {
    fastrand::u128(..)
}
