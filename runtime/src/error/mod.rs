//! What a call ends with when it fails, and what is known of how it went. Start with `error`.

pub(crate) mod causes;
pub(crate) mod challenge;
#[expect(clippy::module_inception, reason = "the type `Error` stands in a file of its name")]
pub(crate) mod error;
pub(crate) mod kind;
pub(crate) mod predicates;
pub(crate) mod problem;
pub(crate) mod reason;
pub(crate) mod receipt;
pub(crate) mod rejection;
pub(crate) mod stamp;
pub(crate) mod verdict;

pub use self::causes::BoxError;
pub use self::challenge::Challenge;
pub use self::error::{Error, Result};
pub(crate) use self::kind::Kind;
pub use self::problem::Problem;
pub use self::reason::Reason;
pub use self::receipt::{Receipt, RefreshedBy};
pub use self::rejection::Rejection;
pub(crate) use self::stamp::Stamp;
pub use self::verdict::Verdict;
