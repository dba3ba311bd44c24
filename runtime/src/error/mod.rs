//! The error that a failed call returns, and types that describe the error in detail.
//!
//! Most programs need only [`Error`] and its predicates. The following types provide details:
//!
//! | type | meaning | from |
//! |---|---|---|
//! | [`Reason`] | why the server's refusal of a call was final | [`Error::reason`](crate::Error::reason), [`Receipt::reason`](crate::Receipt::reason) |
//! | [`Classification`] | what a response means for the credential | [`Receipt::classification`](crate::Receipt::classification) |
//! | [`Challenge`] | a server demand that a refresh cannot satisfy | [`Classification::Challenge`], [`Reason::Challenged`] |
//! | [`RefreshedBy`] | which call started the refresh | [`Receipt::refreshed_by`](crate::Receipt::refreshed_by) |
//! | [`OtherError`] | what the `#[other]` variant of an error enum can contain | [`ApiError`](crate::ApiError) |
//! | [`BoxError`] | the error of a store or a transport | your own stores and tower services |

// To read the code, start with `error.rs`.

pub(crate) mod causes;
pub(crate) mod challenge;
pub(crate) mod classification;
#[expect(clippy::module_inception, reason = "the type `Error` is in a file of the same name")]
pub(crate) mod error;
pub(crate) mod fakes;
pub(crate) mod kind;
mod other_error;
pub(crate) mod predicates;
pub(crate) mod problem;
pub(crate) mod reason;
pub(crate) mod receipt;
pub(crate) mod rejection;
pub(crate) mod stamp;

pub use self::causes::BoxError;
pub use self::challenge::Challenge;
pub use self::classification::Classification;
pub use self::error::{Error, Result};
pub(crate) use self::kind::Kind;
pub use self::other_error::OtherError;
pub use self::problem::Problem;
pub use self::reason::Reason;
pub use self::receipt::{Receipt, RefreshedBy};
pub use self::rejection::Rejection;
pub(crate) use self::stamp::Stamp;
