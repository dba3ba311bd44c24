//! Creates random numbers that differ between tabs.

/// Returns a random number. The browser seeds the generator of `fastrand`, but not the hasher of the standard
/// library.
pub(crate) fn random_u128() -> u128 {
    fastrand::u128(..)
}
