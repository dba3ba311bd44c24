//! Behind an authority's counter: how one request is taken, held, processed and answered.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::authority::{Authority, Hold};
use crate::double::{Double, Outcome};
use crate::gate::Waiting;
use crate::knobs::{Carrier, Conduct, Knobs, Role, SecretField};
use crate::ledger::Grant;
use crate::reply::Visit;
use crate::seen::Seen;

impl Double for Authority {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        self.clone().take(request).boxed()
    }
}

impl Authority {
    /// The role of a path, if it has one.
    #[must_use]
    pub fn role_of(&self, path: &str) -> Option<Role> {
        let [login, refresh, logout] = self.state().knobs.paths;
        let roles = [(login, Role::Login), (refresh, Role::Refresh), (logout, Role::Logout)];
        roles.into_iter().find(|(of, _)| *of == path).map(|(_, role)| role)
    }

    async fn take(self, request: http::Request<Bytes>) -> Outcome {
        let role = self.role_of(request.uri().path());
        let visit = Visit::new(self.journal_of_all(), request);
        let Some(role) = role else {
            return visit.answer(Answer::new(404)).await;
        };
        let _under_way = UnderWay::new(&self, role, visit.seen());
        let (hold, delay) = {
            let mut state = self.state();
            (state.desk(role).hold, state.knobs.delay)
        };
        let mut conduct = Conduct::Honest;
        if hold == Some(Hold::Unprocessed) {
            conduct = self.park(role, visit.seen()).await;
        }
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        if matches!(conduct, Conduct::Honest) {
            conduct = self.standing_conduct(role);
        }
        let (mut answer, mut grant) = self.process(role, visit.seen(), conduct);
        if hold == Some(Hold::Processed)
            && let Conduct::Instead(other) | Conduct::Spend(other) = self.park(role, visit.seen()).await
        {
            (answer, grant) = (other, None);
        }
        if let Some(grant) = grant {
            self.state().ledger.told(grant);
        }
        visit.answer(answer).await
    }

    async fn park(&self, role: Role, seen: &Seen) -> Conduct {
        self.gate(role).park(seen).await.unwrap_or_else(Conduct::lose_before)
    }

    fn standing_conduct(&self, role: Role) -> Conduct {
        let mut state = self.state();
        let desk = state.desk(role);
        desk.next.pop_front().unwrap_or_else(|| desk.always.clone())
    }

    /// The answer, and the grant that it carries.
    fn process(&self, role: Role, seen: &Seen, conduct: Conduct) -> (Answer, Option<Grant>) {
        match conduct {
            Conduct::Instead(answer) => (answer, None),
            Conduct::Spend(answer) => {
                self.process_honestly(role, seen);
                (answer, None)
            }
            Conduct::Honest => self.process_honestly(role, seen),
        }
    }

    fn process_honestly(&self, role: Role, seen: &Seen) -> (Answer, Option<Grant>) {
        let mut state = self.state();
        let state = &mut *state;
        let (knobs, ledger, now) = (&state.knobs, &mut state.ledger, Instant::now());
        let secret = presented(seen, knobs, ledger.canary());
        let grant = match role {
            Role::Login => Some(ledger.log_in(seen.json(), knobs, now)),
            Role::Refresh => secret.as_deref().and_then(|secret| ledger.exchange(secret, knobs, now)),
            Role::Logout if ledger.log_out(seen.token(), secret.as_deref()) => {
                return (logged_out(knobs), None);
            }
            Role::Logout => None,
        };
        let Some(grant) = grant else {
            return (knobs.refusal.clone(), None);
        };
        state.granted += usize::from(role == Role::Refresh);
        let field = if role == Role::Login { SecretField::Given } else { knobs.secret_field };
        let (access, secret) = (ledger.access_text(grant.access), ledger.secret_text(grant.secret));
        (tokens(knobs, field, &access, &secret), Some(grant))
    }
}

/// The refresh token that a request presents.
fn presented(seen: &Seen, knobs: &Knobs, canary: &str) -> Option<String> {
    if knobs.carrier == Carrier::Cookie {
        return seen.cookie(knobs.cookie_name).map(str::to_owned);
    }
    // Under which name it comes is for tests to check: here every place is searched.
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

fn tokens(knobs: &Knobs, field: SecretField, access: &str, secret: &str) -> Answer {
    let mut body = Map::from_iter([("access_token".to_owned(), json!(access))]);
    let seconds = knobs.lifetime.map(|lifetime| json!(lifetime.as_secs()));
    if let Some(expires_in) = knobs.expires_in.clone().or(seconds) {
        body.insert("expires_in".to_owned(), expires_in);
    }
    let secret = match field {
        SecretField::Given => Some(secret),
        SecretField::Empty => Some(""),
        SecretField::Omitted => None,
    };
    if let (Carrier::Body, Some(secret)) = (knobs.carrier, secret) {
        body.insert("refresh_token".to_owned(), json!(secret));
    }
    if let Value::Object(members) = knobs.members.clone() {
        body.extend(members);
    }
    let answer = Answer::json(200, Value::Object(body));
    match (knobs.carrier, secret) {
        (Carrier::Cookie, Some(secret)) => answer.header("set-cookie", &cookie(knobs, secret)),
        _ => answer,
    }
}

fn logged_out(knobs: &Knobs) -> Answer {
    match knobs.carrier {
        Carrier::Body => Answer::new(204),
        Carrier::Cookie => {
            Answer::new(204).header("set-cookie", &format!("{}; Max-Age=0", cookie(knobs, "")))
        }
    }
}

fn cookie(knobs: &Knobs, value: &str) -> String {
    format!("{}={value}{}", knobs.cookie_name, knobs.cookie_attributes)
}

/// Counts how many exchanges are under way at the same time.
struct UnderWay(Option<Authority>);

impl UnderWay {
    fn new(authority: &Authority, role: Role, seen: &Seen) -> Self {
        let mut state = authority.state();
        state.desk(role).seen.push(seen.clone());
        if role != Role::Refresh {
            return Self(None);
        }
        state.exchanging += 1;
        state.most_at_once = state.most_at_once.max(state.exchanging);
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

/// A request that is held at an authority. Dropped undecided, its connection is reset.
///
/// What it carries is a [`Seen`], whose methods it has.
#[derive(Debug)]
pub struct Parked(pub(crate) Waiting<Conduct>);

impl Parked {
    /// The request, to keep beyond the answer.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.0.seen.clone()
    }

    /// Lets it go on, as if it had not been held.
    pub fn release(self) {
        self.0.decide(Conduct::Honest);
    }

    /// Answers this. If it was not processed yet, it never is.
    pub fn answer(self, answer: impl Into<Answer>) {
        self.0.decide(Conduct::Instead(answer.into()));
    }

    /// Processes it, if it was not yet, but answers this.
    pub fn spend(self, answer: impl Into<Answer>) {
        self.0.decide(Conduct::Spend(answer.into()));
    }

    /// Never answers; unprocessed, it stays so.
    pub fn hang(self) {
        self.answer(Answer::hang());
    }

    /// Whether the caller has gone away.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned()
    }

    /// Waits until the caller goes away.
    pub async fn abandoned(&mut self) {
        self.0.abandoned().await;
    }
}

impl std::ops::Deref for Parked {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.0.seen
    }
}
