//! How a session gets a new credential.
//!
//! The usual way is a `#[refresh]` method. [`ClientBuilder::refresh_with`](crate::ClientBuilder::refresh_with) takes a
//! function instead, and [`ClientBuilder::refresher`](crate::ClientBuilder::refresher) a [`Refresher`]: a grant of
//! [`oauth2`](crate::oauth2), or your own. [`SessionOutcome`] is what a `#[login]` or `#[refresh]` method returns.

// To read the code of this folder, start with `method.rs`.

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
