//! The test double that most tests need: an API and an authorization server at one origin.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::answer::Answer;
use crate::authority::Authority;
use crate::authority_config::AuthorityConfig;
use crate::double::{Double, Outcome, double_methods};
use crate::request_log::{LogEntry, RequestLog};
use crate::seen::Seen;
use crate::stage::Stage;

/// An origin with an API and its token endpoints. Clones share one state.
///
/// Requests to the login, refresh and logout paths go to the [`Authority`], and all other requests go to the [`Stage`].
/// The authority and the stage record all received requests in one log and number them in one sequence. The
/// [`Authority`] checks that no client reused a refresh token.
#[derive(Clone, Debug)]
pub struct World {
    /// The test double of the API.
    pub stage: Stage,
    /// The test double of the token endpoints.
    pub authority: Authority,
}

double_methods!(World);

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Creates a `World` whose API holds every request until the test answers it, and whose authorization server has
    /// the default configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::with(AuthorityConfig::default())
    }

    /// Creates a `World` whose authorization server has the given configuration.
    #[must_use]
    pub fn with(config: AuthorityConfig) -> Self {
        let log = RequestLog::default();
        let authority = Authority::with_log(config, log.clone());
        Self { stage: Stage::with_log(log), authority }
    }

    /// Answers every later API request with 200 and `{}` if its access token is valid, and with the status `refused`
    /// otherwise.
    pub fn guard(&self, refused: u16) {
        self.guard_with(refused, |_| (200, serde_json::json!({})));
    }

    /// Answers every later API request with `granted` if its access token is valid, and with `refused` otherwise.
    pub fn guard_with<A: Into<Answer>>(
        &self,
        refused: impl Into<Answer>,
        granted: impl Fn(&Seen) -> A + Send + Sync + 'static,
    ) {
        let (authority, refused) = (self.authority.clone(), refused.into());
        self.stage.respond(move |seen| match seen.token() {
            Some(token) if authority.accepts(token) => granted(seen).into(),
            _ => refused.clone(),
        });
    }

    /// Returns all requests to the API and the authorization server in the order in which they arrived.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.authority.request_log().requests()
    }

    /// Returns the HTTP method and the path of every request.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        self.log().iter().map(Seen::route).collect()
    }

    /// Returns all recorded events in order.
    #[must_use]
    pub fn history(&self) -> Vec<LogEntry> {
        self.stage.history()
    }
}

impl Double for World {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        match self.authority.role_of(request.uri().path()) {
            Some(_) => self.authority.handle(request),
            None => self.stage.handle(request),
        }
    }
}
