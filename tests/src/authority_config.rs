//! The configuration of the fake authorization server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;

/// The configuration of an [`Authority`](crate::Authority). The default is a typical OAuth server: rotating refresh
/// tokens in JSON, no grace period, and a session that ends when a refresh token is reused.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each field is an independent switch")]
pub struct AuthorityConfig {
    /// Whether each refresh token can be used only once. If this field is `false`, the first refresh token stays valid.
    pub rotate: bool,
    /// The grace period after a rotation, during which the server accepts the previous refresh token and returns the
    /// same new refresh token again.
    pub grace: Option<Duration>,
    /// Whether the session ends if a client reuses a refresh token.
    pub reuse_ends_session: bool,
    /// Whether a refresh revokes the earlier access tokens. If refreshes do not revoke access tokens, each access token
    /// is valid until it expires.
    pub revokes_old_access: bool,
    /// Whether a refresh returns the current access token instead of a new access token.
    pub repeats_access: bool,
    /// The access token lifetime, which is measured on Tokio's clock and sent as `expires_in`. With `None`, access
    /// tokens are valid until [`expire`] is called, and no `expires_in` is sent.
    ///
    /// [`expire`]: crate::Authority::expire
    pub lifetime: Option<Duration>,
    /// The value of `expires_in` that is sent instead of the true lifetime.
    pub expires_in: Option<Value>,
    /// The part of a request or response that carries the refresh token.
    pub refresh_token_in: RefreshTokenIn,
    /// Whether and how a refresh response contains a refresh token.
    pub refresh_token_field: RefreshTokenField,
    /// JSON fields that the server adds to every token response.
    pub members: Value,
    /// The name of the cookie with the refresh token.
    pub cookie_name: &'static str,
    /// The attributes of the cookie with the refresh token.
    pub cookie_attributes: &'static str,
    /// The time that the server takes to answer each request, measured on Tokio's clock.
    pub delay: Option<Duration>,
    /// The server's response to a refresh token that is already used, revoked, unknown or missing.
    pub refusal: Answer,
    /// The paths for login, refresh and logout, in this order.
    pub paths: [&'static str; 3],
}

/// The part of a request or response that carries the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenIn {
    /// A JSON response contains the refresh token as `refresh_token`. Requests contain the refresh token in a JSON or
    /// form body, or as a bearer token.
    Body,
    /// The refresh token is in an `HttpOnly` cookie.
    Cookie,
}

/// Whether and how a refresh response contains a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenField {
    /// The response contains a refresh token.
    Given,
    /// The response does not contain a refresh token, so the old refresh token stays valid.
    Omitted,
    /// The refresh token in the response is an empty string, so the old refresh token stays valid.
    Empty,
}

impl Default for AuthorityConfig {
    fn default() -> Self {
        Self {
            rotate: true,
            grace: None,
            reuse_ends_session: true,
            revokes_old_access: true,
            repeats_access: false,
            lifetime: None,
            expires_in: None,
            refresh_token_in: RefreshTokenIn::Body,
            refresh_token_field: RefreshTokenField::Given,
            members: json!({}),
            cookie_name: "refresh_token",
            cookie_attributes: "; Path=/; HttpOnly; SameSite=Strict",
            delay: None,
            refusal: Answer::json(400, json!({ "error": "invalid_grant" })),
            paths: ["/api/user/login", "/api/user/refresh_token", "/api/user/logout"],
        }
    }
}

impl AuthorityConfig {
    /// Returns the configuration of a server that keeps a rotating refresh token in an `HttpOnly` cookie and responds
    /// with 403 to every invalid token.
    #[must_use]
    pub fn cookie() -> Self {
        let refusal = json!({ "status": { "text": "refresh token invalid", "severity": "error" } });
        Self {
            refresh_token_in: RefreshTokenIn::Cookie,
            refusal: Answer::json(403, refusal),
            ..Self::default()
        }
    }

    pub(crate) fn rotates(&self) -> bool {
        self.rotate && self.refresh_token_field == RefreshTokenField::Given
    }
}

/// The three kinds of request that the authorization server handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Starts a session.
    Login,
    /// Exchanges a refresh token for new tokens.
    Refresh,
    /// Ends a session.
    Logout,
}

/// The way in which the authorization server handles one request.
#[derive(Clone, Debug)]
pub enum Handling {
    /// Processes the request and sends the server's own answer.
    Normal,
    /// Sends the given answer and does not process the request, so no token is used up.
    Instead(Answer),
    /// Processes the request but sends the given answer instead of the issued tokens, so these tokens are lost.
    ProcessThen(Answer),
}

impl Handling {
    /// Sends `answer` and does not process the request.
    #[must_use]
    pub fn instead(answer: impl Into<Answer>) -> Self {
        Self::Instead(answer.into())
    }

    /// Processes the request, but sends `answer`.
    #[must_use]
    pub fn process_then(answer: impl Into<Answer>) -> Self {
        Self::ProcessThen(answer.into())
    }

    /// Breaks the connection before the request is processed.
    #[must_use]
    pub fn reset_before() -> Self {
        Self::Instead(Answer::reset())
    }

    /// Breaks the connection after the request is processed.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::ProcessThen(Answer::reset())
    }

    /// Responds with `status` and a `Retry-After` header, and does not process the request.
    #[must_use]
    pub fn retry_after(status: u16, value: &str) -> Self {
        Self::Instead(Answer::new(status).header("retry-after", value))
    }
}
