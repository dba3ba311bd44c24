//! Holds, processes and answers the requests to a fake authorization server.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::authority::{Authority, Hold};
use crate::authority_config::{AuthorityConfig, Handling, RefreshTokenField, RefreshTokenIn, Role};
use crate::double::{Double, Outcome};
use crate::gate::Waiting;
use crate::issued_tokens::Grant;
use crate::response_body::OpenRequest;
use crate::seen::Seen;

impl Double for Authority {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        self.clone().take(request).boxed()
    }
}

impl Authority {
    /// Returns the role of the endpoint at a path, or `None` if the server has no endpoint at that path.
    #[must_use]
    pub fn role_of(&self, path: &str) -> Option<Role> {
        let [login, refresh, logout] = self.state().config.paths;
        let roles = [(login, Role::Login), (refresh, Role::Refresh), (logout, Role::Logout)];
        roles.into_iter().find(|(of, _)| *of == path).map(|(_, role)| role)
    }

    async fn take(self, request: http::Request<Bytes>) -> Outcome {
        let role = self.role_of(request.uri().path());
        let open = OpenRequest::new(self.request_log(), request);
        let Some(role) = role else {
            return open.answer(Answer::new(404)).await;
        };
        let _under_way = UnderWay::new(&self, role, open.seen());
        let (hold, delay) = {
            let mut state = self.state();
            (state.endpoint(role).hold, state.config.delay)
        };
        let mut handling = Handling::Normal;
        if hold == Some(Hold::Unprocessed) {
            handling = self.park(role, open.seen()).await;
        }
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        if matches!(handling, Handling::Normal) {
            handling = self.next_handling(role);
        }
        let (mut answer, mut grant) = self.process(role, open.seen(), handling);
        if hold == Some(Hold::Processed)
            && let Handling::Instead(other) | Handling::ProcessThen(other) =
                self.park(role, open.seen()).await
        {
            (answer, grant) = (other, None);
        }
        if let Some(grant) = grant {
            self.state().issued.reported(grant);
        }
        open.answer(answer).await
    }

    async fn park(&self, role: Role, seen: &Seen) -> Handling {
        self.gate(role).park(seen).await.unwrap_or_else(Handling::reset_before)
    }

    fn next_handling(&self, role: Role) -> Handling {
        let mut state = self.state();
        let endpoint = state.endpoint(role);
        endpoint.next.pop_front().unwrap_or_else(|| endpoint.always.clone())
    }

    fn process(&self, role: Role, seen: &Seen, handling: Handling) -> (Answer, Option<Grant>) {
        match handling {
            Handling::Instead(answer) => (answer, None),
            Handling::ProcessThen(answer) => {
                self.process_normally(role, seen);
                (answer, None)
            }
            Handling::Normal => self.process_normally(role, seen),
        }
    }

    fn process_normally(&self, role: Role, seen: &Seen) -> (Answer, Option<Grant>) {
        let mut state = self.state();
        let state = &mut *state;
        let (config, issued, now) = (&state.config, &mut state.issued, Instant::now());
        let secret = presented(seen, config, issued.canary());
        let grant = match role {
            Role::Login => Some(issued.log_in(seen.json(), config, now)),
            Role::Refresh => secret.as_deref().and_then(|secret| issued.exchange(secret, config, now)),
            Role::Logout if issued.log_out(seen.token(), secret.as_deref()) => {
                return (logged_out(config), None);
            }
            Role::Logout => None,
        };
        let Some(grant) = grant else {
            return (config.refusal.clone(), None);
        };
        state.granted += usize::from(role == Role::Refresh);
        let field = if role == Role::Login { RefreshTokenField::Given } else { config.refresh_token_field };
        let (access, secret) = (issued.access_text(grant.access), issued.secret_text(grant.secret));
        (tokens(config, field, &access, &secret), Some(grant))
    }
}

fn presented(seen: &Seen, config: &AuthorityConfig, canary: &str) -> Option<String> {
    if config.refresh_token_in == RefreshTokenIn::Cookie {
        return seen.cookie(config.cookie_name).map(str::to_owned);
    }
    // This function searches all values of the request for the refresh token, because other tests check which field
    // contains the refresh token.
    let json = match seen.json() {
        Value::Object(members) => members.into_iter().map(|(_, value)| value).collect(),
        other => vec![other],
    };
    let json = json.into_iter().filter_map(|value| value.as_str().map(str::to_owned));
    let form = form_urlencoded::parse(seen.body()).map(|(_, value)| value.into_owned());
    let bearer = seen.token().map(str::to_owned);
    let mut candidates = json.chain(form).chain(bearer);
    candidates.find(|text| text.starts_with(&format!("{canary}-refresh-")))
}

fn tokens(config: &AuthorityConfig, field: RefreshTokenField, access: &str, secret: &str) -> Answer {
    let mut body = Map::from_iter([("access_token".to_owned(), json!(access))]);
    let seconds = config.lifetime.map(|lifetime| json!(lifetime.as_secs()));
    if let Some(expires_in) = config.expires_in.clone().or(seconds) {
        body.insert("expires_in".to_owned(), expires_in);
    }
    let secret = match field {
        RefreshTokenField::Given => Some(secret),
        RefreshTokenField::Empty => Some(""),
        RefreshTokenField::Omitted => None,
    };
    if let (RefreshTokenIn::Body, Some(secret)) = (config.refresh_token_in, secret) {
        body.insert("refresh_token".to_owned(), json!(secret));
    }
    if let Value::Object(members) = config.members.clone() {
        body.extend(members);
    }
    let answer = Answer::json(200, Value::Object(body));
    match (config.refresh_token_in, secret) {
        (RefreshTokenIn::Cookie, Some(secret)) => answer.header("set-cookie", &cookie(config, secret)),
        _ => answer,
    }
}

fn logged_out(config: &AuthorityConfig) -> Answer {
    match config.refresh_token_in {
        RefreshTokenIn::Body => Answer::new(204),
        RefreshTokenIn::Cookie => {
            Answer::new(204).header("set-cookie", &format!("{}; Max-Age=0", cookie(config, "")))
        }
    }
}

fn cookie(config: &AuthorityConfig, value: &str) -> String {
    format!("{}={value}{}", config.cookie_name, config.cookie_attributes)
}

/// Counts a refresh as in progress until this value is dropped.
struct UnderWay(Option<Authority>);

impl UnderWay {
    fn new(authority: &Authority, role: Role, seen: &Seen) -> Self {
        let mut state = authority.state();
        state.endpoint(role).seen.push(seen.clone());
        if role != Role::Refresh {
            return Self(None);
        }
        state.exchanging += 1;
        state.max_concurrent_refreshes = state.max_concurrent_refreshes.max(state.exchanging);
        Self(Some(authority.clone()))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(authority) = &self.0 {
            authority.state().exchanging -= 1;
        }
    }
}

/// A request that the authorization server holds until the test decides how to handle it. If a `ParkedRequest` is
/// dropped before the test has decided how to handle the request, the request's connection is reset.
///
/// `ParkedRequest` dereferences to the [`Seen`] request.
#[derive(Debug)]
pub struct ParkedRequest(pub(crate) Waiting<Handling>);

impl ParkedRequest {
    /// Returns a copy of the request, which the test can still read after the request has been answered.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.0.seen.clone()
    }

    /// Processes the request as if the server had not held it.
    pub fn release(self) {
        self.0.decide(Handling::Normal);
    }

    /// Sends `answer`. If the server has not processed the request yet, it never processes the request.
    pub fn answer(self, answer: impl Into<Answer>) {
        self.0.decide(Handling::Instead(answer.into()));
    }

    /// Processes the request if it has not been processed yet, and then sends `answer`.
    pub fn process_then(self, answer: impl Into<Answer>) {
        self.0.decide(Handling::ProcessThen(answer.into()));
    }

    /// Never answers the request. If the server has not processed the request yet, it never processes the request.
    pub fn hang(self) {
        self.answer(Answer::hang());
    }

    /// Returns whether the caller has abandoned the request.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned()
    }

    /// Waits until the caller abandons the request.
    pub async fn abandoned(&mut self) {
        self.0.abandoned().await;
    }
}

impl std::ops::Deref for ParkedRequest {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.0.seen
    }
}
