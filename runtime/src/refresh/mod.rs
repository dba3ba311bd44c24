//! How a session gets a new credential: a `#[refresh]` method, a function or a grant. Start with `renewal`.

pub(crate) mod error_response;
pub(crate) mod exchange;
pub(crate) mod refresher;
pub(crate) mod renewal;
pub(crate) mod session_outcome;
