//! A test double of an authorization server, with methods that configure the server, hold back requests and read the
//! server's counters.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::time::Instant;

use crate::assertions::ReuseCheck;
use crate::authority_config::{AuthorityConfig, Handling, Role};
use crate::double::double_methods;
use crate::gate::Gate;
use crate::issued_tokens::IssuedTokens;
use crate::request_log::{LogEntry, RequestLog};
use crate::seen::Seen;
use crate::token_requests::ParkedRequest;

/// A test double of an authorization server with endpoints for login, refresh and logout. The server remembers every
/// token. Clones share one state.
///
/// The server's tokens are `…-access-1`, `…-access-2` and `…-refresh-1`, `…-refresh-2`, where `…` is the
/// [`canary`](Self::canary). The canary is a random string, so a search for this string finds every leaked token.
///
/// A test fails if a client reuses a refresh token after the response to the first use has arrived. A test that
/// deliberately reuses a refresh token calls [`expect_reuses`](Self::expect_reuses). Reuses are checked twice:
///
/// - When the last clone is dropped, the number of reuses must equal the expected number.
/// - When the value returned by [`new`](Self::new) or [`with`](Self::with) is dropped, the number of reuses must not
///   exceed the expected number. Without this check, a test would miss a reuse if a task owns the last clone and the
///   runtime drops this task, because Tokio catches panics in a dropped task.
pub struct Authority {
    shared: Arc<Inner>,
    is_original: bool,
}

pub(crate) struct Inner {
    pub(crate) log: RequestLog,
    pub(crate) gates: [Gate<Handling>; 3],
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) config: AuthorityConfig,
    pub(crate) issued: IssuedTokens,
    pub(crate) endpoints: [Endpoint; 3],
    pub(crate) exchanging: usize,
    pub(crate) max_concurrent_refreshes: usize,
    pub(crate) granted: usize,
    pub(crate) expected_reuses: usize,
}

pub(crate) struct Endpoint {
    pub(crate) seen: Vec<Seen>,
    pub(crate) hold: Option<Hold>,
    /// How the server handles each of the next requests, with one entry for each request. When `next` is empty,
    /// requests are handled as `always` specifies.
    pub(crate) next: VecDeque<Handling>,
    pub(crate) always: Handling,
}

/// Whether a request is held back before or after the server processes the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Unprocessed,
    Processed,
}

/// An access token and a refresh token that were issued together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

double_methods!(Authority);

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// Creates a server with the [default configuration](AuthorityConfig::default).
    #[must_use]
    pub fn new() -> Self {
        Self::with(AuthorityConfig::default())
    }

    /// Creates a server with the given configuration.
    #[must_use]
    pub fn with(config: AuthorityConfig) -> Self {
        Self::with_log(config, RequestLog::default())
    }

    pub(crate) fn with_log(config: AuthorityConfig, log: RequestLog) -> Self {
        let endpoints = [(); 3].map(|()| Endpoint {
            seen: Vec::new(),
            hold: None,
            next: VecDeque::new(),
            always: Handling::Normal,
        });
        let issued = IssuedTokens::new();
        let state = State {
            config,
            issued,
            endpoints,
            exchanging: 0,
            max_concurrent_refreshes: 0,
            granted: 0,
            expected_reuses: 0,
        };
        let inner = Inner { log, gates: Default::default(), state: Mutex::new(state) };
        Self { shared: Arc::new(inner), is_original: true }
    }

    // ---- Configuration ----

    /// Changes the configuration. A test can call this method at any time:
    /// `authority.configure(|config| config.rotate = false)`.
    pub fn configure<T>(&self, configure: impl FnOnce(&mut AuthorityConfig) -> T) {
        configure(&mut self.state().config);
    }

    /// Sets how the server handles the next request for `role`. Calling this method twice determines the handling of
    /// the next two requests.
    pub fn next(&self, role: Role, handling: Handling) {
        self.state().endpoint(role).next.push_back(handling);
    }

    /// Sets how the server handles all later requests for `role`.
    pub fn always(&self, role: Role, handling: Handling) {
        self.state().endpoint(role).always = handling;
    }

    /// Holds back all later requests for `role` before they are processed; see [`parked`](Self::parked).
    pub fn hold(&self, role: Role) {
        self.state().endpoint(role).hold = Some(Hold::Unprocessed);
    }

    /// Processes all later requests for `role`, but holds back the responses.
    pub fn hold_processed(&self, role: Role) {
        self.state().endpoint(role).hold = Some(Hold::Processed);
    }

    /// Stops holding back requests for `role`, and releases the held requests that the test has not taken.
    pub fn open(&self, role: Role) {
        self.state().endpoint(role).hold = None;
        while let Some(waiting) = self.gate(role).try_next() {
            waiting.decide(Handling::Normal);
        }
    }

    /// Waits for the next request for `role` that the server holds back.
    ///
    /// # Panics
    ///
    /// Panics if the clock is paused and no more requests can arrive.
    pub async fn parked(&self, role: Role) -> ParkedRequest {
        ParkedRequest(self.gate(role).next("request at the authority", || self.log()).await)
    }

    /// Returns the number of requests for `role` that the server holds back and that the test has not taken yet.
    #[must_use]
    pub fn waiting(&self, role: Role) -> usize {
        self.gate(role).waiting()
    }

    /// Starts a session without receiving a request, for a client that starts with tokens.
    #[must_use]
    pub fn issue(&self) -> TokenPair {
        self.issue_to(Value::Null)
    }

    /// Starts a session for `credentials`, without receiving a request. A test can read `credentials` later with the
    /// method [`credentials`](Self::credentials).
    #[must_use]
    pub fn issue_to(&self, credentials: Value) -> TokenPair {
        let State { issued, config, .. } = &mut *self.state();
        let grant = issued.log_in(credentials, config, Instant::now());
        TokenPair { access: issued.access_text(grant.access), refresh: issued.secret_text(grant.secret) }
    }

    /// Expires every access token. The sessions stay valid.
    pub fn expire(&self) {
        self.state().issued.expire();
    }

    /// Ends every session, so that all issued tokens become invalid.
    pub fn revoke(&self) {
        self.state().issued.revoke();
    }

    // ---- State ----

    /// Returns whether an access token is valid now.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        self.state().issued.accepts(token, Instant::now())
    }

    /// Returns the random string that is part of every token from this server and occurs nowhere else.
    #[must_use]
    pub fn canary(&self) -> String {
        self.state().issued.canary().to_owned()
    }

    /// Returns the access token with the given number, counted from 1, even if the server has not issued this token
    /// yet.
    #[must_use]
    pub fn access(&self, number: usize) -> String {
        self.state().issued.access_text(number)
    }

    /// Returns the refresh token with the given number, counted from 1, even if the server has not issued this token
    /// yet.
    #[must_use]
    pub fn refresh(&self, number: usize) -> String {
        self.state().issued.secret_text(number)
    }

    /// Returns the number of an access token: 1 for the first access token that this server issued, 2 for the second,
    /// and so on.
    #[must_use]
    pub fn number_of(&self, access: &str) -> Option<usize> {
        self.state().issued.access_number(access)
    }

    /// Returns, as JSON, the credentials of the login that started the given access token's session.
    #[must_use]
    pub fn credentials(&self, access: &str) -> Option<Value> {
        self.state().issued.credentials(access)
    }

    /// Returns the number of requests to the refresh endpoint, successful or not.
    #[must_use]
    pub fn refreshes(&self) -> usize {
        self.requests(Role::Refresh).len()
    }

    /// Returns the number of refreshes that issued tokens.
    #[must_use]
    pub fn granted(&self) -> usize {
        self.state().granted
    }

    /// Returns the number of requests to the login endpoint.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.requests(Role::Login).len()
    }

    /// Returns the number of requests to the logout endpoint.
    #[must_use]
    pub fn logouts(&self) -> usize {
        self.requests(Role::Logout).len()
    }

    /// Returns the number of times that a client reused a refresh token even though the client had received the
    /// response to the first use.
    #[must_use]
    pub fn reuses(&self) -> usize {
        self.state().issued.reuses()
    }

    /// Returns the number of times that a client reused a refresh token because the client never received the response
    /// to the first use.
    #[must_use]
    pub fn retries_after_lost_answer(&self) -> usize {
        self.state().issued.retries_after_lost_answer()
    }

    /// Returns the largest number of refreshes that were in progress at the same time.
    #[must_use]
    pub fn max_concurrent_refreshes(&self) -> usize {
        self.state().max_concurrent_refreshes
    }

    /// Returns all requests for `role` in the order in which they arrived.
    #[must_use]
    pub fn requests(&self, role: Role) -> Vec<Seen> {
        self.state().endpoint(role).seen.clone()
    }

    /// Returns all requests in the order in which they arrived.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        let mut all: Vec<_> =
            self.state().endpoints.iter().flat_map(|endpoint| endpoint.seen.clone()).collect();
        all.sort_by_key(Seen::number);
        all
    }

    /// Returns all recorded events in order. In a [`World`](crate::World), the events include the requests to the
    /// [`Stage`](crate::Stage).
    #[must_use]
    pub fn history(&self) -> Vec<LogEntry> {
        self.shared.log.entries()
    }
}

impl Authority {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn gate(&self, role: Role) -> &Gate<Handling> {
        &self.shared.gates[role as usize]
    }

    pub(crate) fn request_log(&self) -> &RequestLog {
        &self.shared.log
    }
}

impl State {
    pub(crate) fn endpoint(&mut self, role: Role) -> &mut Endpoint {
        &mut self.endpoints[role as usize]
    }
}

impl Clone for Authority {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), is_original: false }
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // A second panic would hide the first panic's message.
        if self.is_original && !std::thread::panicking() {
            self.state().check_reuses(ReuseCheck::SoFar);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.state.get_mut().unwrap_or_else(PoisonError::into_inner).check_reuses(ReuseCheck::Final);
        }
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authority").field(&self.log()).finish()
    }
}
