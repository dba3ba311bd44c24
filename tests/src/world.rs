//! The double that most tests need: a stage and an authority at one origin.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::answer::Answer;
use crate::authority::Authority;
use crate::authority_config::AuthorityConfig;
use crate::double::{Double, Outcome, double_methods};
use crate::request_log::{LogEntry, RequestLog};
use crate::seen::Seen;
use crate::stage::Stage;

/// One origin with an API and its token endpoints. Clones share one state.
///
/// Requests to the paths of login, refresh and logout go to the [`Authority`], and all other requests go to the
/// [`Stage`]. The authority and the stage write to one log and number their requests together. A test must keep the
/// first value until the test ends, because the [`Authority`] of this value checks when it is dropped that no spent
/// token was presented.
#[derive(Clone, Debug)]
pub struct World {
    /// The double of the API.
    pub stage: Stage,
    /// The double of the token endpoints.
    pub authority: Authority,
}

double_methods!(World);

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Creates a world whose API parks every request and whose authority has the default configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::with(AuthorityConfig::default())
    }

    /// Creates a world whose authority has this configuration.
    #[must_use]
    pub fn with(config: AuthorityConfig) -> Self {
        let log = RequestLog::default();
        let authority = Authority::with_log(config, log.clone());
        Self { stage: Stage::with_log(log), authority }
    }

    /// Answers all later requests to the API: 200 with `{}` for a valid access token, and `refused` otherwise.
    pub fn guard(&self, refused: u16) {
        self.guard_with(refused, |_| (200, serde_json::json!({})));
    }

    /// Answers all later requests to the API: `granted` for a valid access token, and `refused` otherwise.
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

    /// Returns all requests to the API and the authority in order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.authority.request_log().requests()
    }

    /// Returns the method and the path of every request.
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
