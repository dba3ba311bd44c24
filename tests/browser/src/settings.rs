//! The options of the test server that a test can change while the server runs.

use std::time::Duration;

use axum::http::StatusCode;

#[derive(Clone)]
pub(crate) struct Settings {
    /// The delay between replacing the refresh token and sending the refresh response.
    pub(crate) refresh_delay: Duration,
    /// The HTTP status with which the server refuses a call, a refresh or a logout.
    pub(crate) refusal: StatusCode,
    pub(crate) refusal_deletes_cookie: bool,
    /// Whether the server refuses a logout without a valid access token.
    pub(crate) logout_needs_access_token: bool,
    /// The additional origin that CORS allows to read the responses.
    pub(crate) allowed_origin: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refresh_delay: Duration::ZERO,
            refusal: StatusCode::UNAUTHORIZED,
            refusal_deletes_cookie: false,
            logout_needs_access_token: false,
            allowed_origin: None,
        }
    }
}
