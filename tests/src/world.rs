//! A stage and an authority at one origin: what most tests need.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::answer::Answer;
use crate::authority::Authority;
use crate::authority_config::AuthorityConfig;
use crate::double::{Double, Outcome, double_methods};
use crate::request_log::{LogEntry, RequestLog};
use crate::seen::Seen;
use crate::stage::Stage;

/// One origin with an API and its token endpoints. Clones are the same world.
///
/// Requests to the paths of login, refresh and logout go to the [`Authority`], all others to the [`Stage`]. Both write to
/// one log, and their requests are numbered together. Keep the first value until the end of the test: its
/// [`Authority`] then checks that no spent refresh token was presented.
#[derive(Clone, Debug)]
pub struct World {
    /// The API.
    pub stage: Stage,
    /// The token endpoints.
    pub authority: Authority,
}

double_methods!(World);

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world whose API parks every request, with the default authority.
    #[must_use]
    pub fn new() -> Self {
        Self::with(AuthorityConfig::default())
    }

    /// A world whose authority has this configuration.
    #[must_use]
    pub fn with(config: AuthorityConfig) -> Self {
        let log = RequestLog::default();
        let authority = Authority::with_log(config, log.clone());
        Self { stage: Stage::with_log(log), authority }
    }

    /// From now on the API answers by itself: 200 with `{}` for a valid access token, `refused` otherwise.
    pub fn guard(&self, refused: u16) {
        self.guard_with(refused, |_| (200, serde_json::json!({})));
    }

    /// From now on the API answers by itself: `granted` for a valid access token, `refused` otherwise.
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

    /// Every request so far, to the API or the authority, in the order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.authority.request_log().requests()
    }

    /// Method and path of every request so far.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        self.log().iter().map(Seen::route).collect()
    }

    /// Everything that happened, in order.
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
