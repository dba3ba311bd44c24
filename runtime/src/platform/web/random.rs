//! Creates random numbers that differ between browser tabs.

/// Returns a random number. The browser seeds the `fastrand` generator, but not the standard library's hasher.
pub(crate) fn random_u128() -> u128 {
    fastrand::u128(..)
}
