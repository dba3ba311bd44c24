//! Gets a new credential for a session.
//!
//! Most APIs use a `#[refresh]` method. [`ClientBuilder::refresh_with`](crate::ClientBuilder::refresh_with)
//! accepts a function instead of a `#[refresh]` method.
//! [`ClientBuilder::refresher`](crate::ClientBuilder::refresher) accepts a [`Refresher`]: a grant of
//! [`oauth2`](crate::oauth2), or your own implementation. [`SessionOutcome`] is the trait for the return types of
//! `#[login]` and `#[refresh]` methods.

// To read the code of `refresh`, start with `method.rs`.

pub(crate) mod error_code;
pub(crate) mod error_response;
pub(crate) mod method;
pub(crate) mod refresher;
pub(crate) mod refresher_provider;
pub(crate) mod session_ends;
pub(crate) mod session_outcome;
pub(crate) mod token_request;
pub(crate) mod without_role;

pub use self::refresher::{RefreshContext, Refresher};
pub use self::session_outcome::SessionOutcome;
