//! The configuration of an authority.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;

/// How an [`Authority`](crate::Authority) behaves. The default is a current OAuth server: a refresh token in JSON
/// that rotates, no grace period, and a session that ends when a spent token is presented.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch")]
pub struct AuthorityConfig {
    /// Each refresh token is valid for one refresh. Off: the first one stays valid.
    pub rotate: bool,
    /// How long after its rotation the last spent refresh token is accepted again, with the same successor.
    pub grace: Option<Duration>,
    /// A spent refresh token that is presented ends the session.
    pub reuse_ends_session: bool,
    /// A refresh revokes the earlier access tokens. Off: they are valid until they expire.
    pub revokes_old_access: bool,
    /// A refresh returns the same access token again.
    pub repeats_access: bool,
    /// How long access tokens are valid on tokio's clock, also sent as `expires_in`. `None`: until [`expire`], and not sent.
    ///
    /// [`expire`]: crate::Authority::expire
    pub lifetime: Option<Duration>,
    /// The value of `expires_in`, instead of the true lifetime.
    pub expires_in: Option<Value>,
    /// Where requests and answers carry the refresh token.
    pub refresh_token_in: RefreshTokenIn,
    /// What a refresh answers as the next refresh token.
    pub refresh_token_field: RefreshTokenField,
    /// More fields for every answer with tokens.
    pub members: Value,
    /// The name of the refresh token's cookie.
    pub cookie_name: &'static str,
    /// The attributes of the cookie.
    pub cookie_attributes: &'static str,
    /// How long every request takes, on tokio's clock.
    pub delay: Option<Duration>,
    /// The answer to a refresh token that is spent, revoked, unknown or missing.
    pub refusal: Answer,
    /// Paths of login, refresh and logout.
    pub paths: [&'static str; 3],
}

/// Where requests and answers carry the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenIn {
    /// As `refresh_token` in the JSON answer. Requests carry it in a JSON or form body, or as a bearer token.
    Body,
    /// In an `HttpOnly` cookie.
    Cookie,
}

/// What a refresh answers as the next refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenField {
    /// A refresh token.
    Given,
    /// No field, which means that the old one stays valid: nothing rotates.
    Omitted,
    /// An empty string, which means the same.
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
    /// The server that afresh was first written for: the refresh token in a rotating `HttpOnly` cookie, and a 403 for
    /// every invalid token.
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

/// The three kinds of request that an authority handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Starts a session.
    Login,
    /// Exchanges a refresh token for new tokens.
    Refresh,
    /// Ends a session.
    Logout,
}

/// How an authority handles one request.
#[derive(Clone, Debug)]
pub enum Handling {
    /// Processes the request and answers accordingly.
    Normal,
    /// Gives this answer and does not process the request: no token is spent.
    Instead(Answer),
    /// Processes the request but gives this answer: the issued tokens are lost.
    ProcessThen(Answer),
}

impl Handling {
    /// Gives this answer and does not process the request.
    #[must_use]
    pub fn instead(answer: impl Into<Answer>) -> Self {
        Self::Instead(answer.into())
    }

    /// Processes the request but gives this answer.
    #[must_use]
    pub fn process_then(answer: impl Into<Answer>) -> Self {
        Self::ProcessThen(answer.into())
    }

    /// The connection breaks before anything is processed.
    #[must_use]
    pub fn reset_before() -> Self {
        Self::Instead(Answer::reset())
    }

    /// The connection breaks after everything is processed.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::ProcessThen(Answer::reset())
    }

    /// Answers with this status and `Retry-After`, and does not process the request.
    #[must_use]
    pub fn retry_after(status: u16, value: &str) -> Self {
        Self::Instead(Answer::new(status).header("retry-after", value))
    }
}
