//! [`OtherError`] restricts the field of an `#[other]` variant to the type [`Error`].

use super::error::Error;

/// The bound on the field type of the `#[other]` variant in an enum that derives [`ApiError`](crate::ApiError). Only
/// [`Error`](crate::Error) implements this trait.
#[diagnostic::on_unimplemented(
    message = "an `#[other]` variant must hold an `afresh::Error`, not `{Self}`",
    label = "not an `afresh::Error`",
    note = "write `Other(afresh::Error)`"
)]
pub trait OtherError {
    #[doc(hidden)]
    fn of(error: Error) -> Self;
}

impl OtherError for Error {
    fn of(error: Error) -> Self {
        error
    }
}
