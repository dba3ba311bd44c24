//! How a session gets a new credential: by a `#[refresh]` method, a function or a grant. Start with `method`.

pub(crate) mod error_response;
pub(crate) mod method;
pub(crate) mod refresher;
pub(crate) mod refresher_provider;
pub(crate) mod token_request;
