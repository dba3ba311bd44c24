//! Refreshes a session by getting a new credential from the server.
//!
//! Most APIs use a `#[refresh]` method. [`ClientBuilder::refresh_with`](crate::ClientBuilder::refresh_with) accepts a
//! function instead of a `#[refresh]` method. [`ClientBuilder::refresher`](crate::ClientBuilder::refresher) accepts a
//! [`Refresher`]: an [`oauth2`](crate::oauth2) grant or your own implementation. The return types of `#[login]` and
//! `#[refresh]` methods implement [`SessionOutcome`].

// To read the code, start with `method.rs`.

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
