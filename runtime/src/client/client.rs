//! The client behind every generated client: a [`Wire`] to one API and the [`Session`] that its calls run
//! under.

use std::fmt;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::auth::policy::Law;
use crate::auth::rules::Rule;
use crate::client::builder::ClientBuilder;
use crate::client::pending::{AnswerFuture, Pending};
use crate::declaration::condition::Condition;
use crate::declaration::endpoint::{Api, ApiInfo, Endpoint, Role};
use crate::error::{Error, Kind, Result};
use crate::execute::dispatch::Journey;
use crate::execute::placement::Placement;
use crate::execute::plan::{Declaration, Met, Plan, Undeclared};
use crate::execute::roles::{self, RoleCall};
use crate::execute::settings::{Bound, Settings};
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::decode::Reading;
use crate::session::{Demand, Session};
use crate::trace::{self, Trail};
use crate::transport::upstream::Wire;

/// Statuses that say that a credential is no longer good, unless declared otherwise.
const REFRESH_ON: &[u16] = &[401, 403];

/// An API's address, the way to it, and the session that calls run under. Every generated client holds one.
///
/// Cheap to clone; clones share everything. Usable without a generated client too:
/// [`execute`](Self::execute) gives any request the session.
///
/// ```
/// # async fn example() -> afresh::Result<()> {
/// use afresh::{Client, Error, Tokens};
///
/// let client = Client::builder("https://shop.example")
///     .tokens(Tokens::new("access").with_refresh("refresh"))
///     .refresh_with(|session| async move {
///         let refresh = session.tokens().and_then(|tokens| tokens.refresh_token().cloned());
///         let refresh = refresh.ok_or_else(|| Error::session_expired("no refresh token"))?;
///         // ask the server, whatever its way is
///         Ok(Tokens::new("new access").with_refresh(refresh))
///     })
///     .build()?;
/// let url = "https://shop.example/orders/7".parse().unwrap();
/// let response = client.execute(reqwest::Request::new(reqwest::Method::GET, url)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<dyn Held>);

pub(crate) struct Inner {
    pub(crate) wire: Arc<Wire>,
    pub(crate) session: Session,
    settings: Settings,
    pub(crate) bound: Bound,
}

/// What a client holds, for the compiler no deeper than this: whether the generated client is `Send` and `Sync`
/// is asked anew at every call in the user's crate, and would be answered from all the types within.
trait Held: Send + Sync {
    fn inner(&self) -> &Inner;
}

impl Held for Inner {
    fn inner(&self) -> &Inner {
        self
    }
}

impl Client {
    /// Starts a client of the API at `base_url`, whose origin is the one that may see credentials.
    pub fn builder(base_url: impl AsRef<str>) -> ClientBuilder<Self> {
        ClientBuilder::new(base_url.as_ref())
    }

    /// The session that calls run under.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.inner().session
    }

    /// Sends a request of your own under the session: the credential is attached, and if it is refused,
    /// refreshed and the request sent again, once.
    ///
    /// Only a request to the client's own origin carries the credential, and only if it sets no such header
    /// itself. Without a session it is sent without. A body that cannot be cloned is sent once. The answer
    /// is returned whatever its status.
    ///
    /// # Errors
    ///
    /// The network's, and the refresh's if the credential was refused. After a logout, or when the session
    /// has expired, the request is sent without a credential, so that a login by hand is possible.
    pub fn execute(&self, request: reqwest::Request) -> Pending<Result<reqwest::Response>> {
        const NAME: &str = "Client::execute";
        let call = Prepared::handmade(request);
        let timeout = self.inner().settings.timeout;
        let met = timeout.map(|_| Arc::default());
        let seen = met.clone();
        let placement = match self.inner().settings.placement(None, self.wire()) {
            Ok(placement) => placement,
            Err(error) => {
                return Pending::new(Self::within(NAME, None, None, Box::pin(ready(Err(error)))), NAME);
            }
        };
        let demand = self.demand_of(&call, &placement).then_some(Demand::Optional);
        let path = call.url(self.wire()).map_or_else(|_| String::new(), |url| url.path().to_owned());
        let route = format!("{} {path}", call.method());
        let of = Declaration::Nobody(Box::new(Undeclared { placement, route }));
        let plan = Plan { demand, of, met, live: true };
        let mut journey = Journey::new(self.clone(), call, plan, Trail::new(None));
        let started = async move { journey.answer(None, Reading::Head).await };
        Pending::new(Self::within(NAME, timeout, seen, Box::pin(started)), NAME)
    }

    /// For calls of `api`; for others too, see [`bound_to`](Self::bound_to).
    pub(crate) fn assemble(
        wire: Arc<Wire>,
        session: Session,
        settings: Settings,
        api: &'static ApiInfo,
    ) -> Self {
        let bound = settings.bound_to(api, &wire);
        Self(Arc::new(Inner { wire, session, settings, bound }))
    }

    /// The same client for calls of `api`: what both have to say of them is put together once, and not for each.
    pub(crate) fn bound_to(&self, api: &'static ApiInfo) -> Self {
        let Inner { wire, session, settings, .. } = self.inner();
        Self::assemble(wire.clone(), session.clone(), settings.clone(), api)
    }

    pub(crate) fn inner(&self) -> &Inner {
        self.0.inner()
    }

    pub(crate) fn wire(&self) -> &Arc<Wire> {
        &self.inner().wire
    }

    /// Where the credential stands in calls of the API that this is bound to.
    pub(crate) fn placement(&self) -> Result<&Placement> {
        self.inner().bound.placement.as_ref().map_err(Clone::clone)
    }

    /// Starts a call of a generated client.
    pub(crate) fn start(&self, mut call: Call, reading: Reading) -> AnswerFuture {
        let endpoint = call.endpoint();
        let timeout = self.timeout(endpoint);
        let met: Met = timeout.map(|_| Arc::default());
        call.0.start(self.clone(), reading, met.clone());
        Self::within(endpoint.name, timeout, met, Box::into_pin(call.0))
    }

    /// Starts a call for one more page.
    pub(crate) fn start_page(&self, endpoint: &'static Endpoint, call: Prepared) -> AnswerFuture {
        let timeout = self.timeout(endpoint);
        let met: Met = timeout.map(|_| Arc::default());
        let plan = self.plan(endpoint, &call, met.clone(), Reading::Whole);
        let client = self.clone();
        let call = Box::pin(async move {
            let mut journey = Journey::new(client, call, plan?, Trail::new(Some(endpoint)));
            Ok(journey.answer(None, Reading::Whole).await?.none_on(endpoint.none_on))
        });
        Self::within(endpoint.name, timeout, met, call)
    }

    pub(crate) fn start_login(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        let call = async move { roles::log_in(call?, tokens_of).await };
        Self::within(endpoint.name, self.timeout(endpoint), None, Box::pin(call))
    }

    pub(crate) fn start_refresh(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        let call = async move { roles::refresh(call?, tokens_of).await };
        Self::within(endpoint.name, self.timeout(endpoint), None, Box::pin(call))
    }

    pub(crate) fn start_logout(&self, call: Call) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        let call = async move { roles::log_out(call?).await };
        Self::within(endpoint.name, self.timeout(endpoint), None, Box::pin(call))
    }

    fn role_call(&self, call: Call) -> Result<RoleCall> {
        let endpoint = call.endpoint();
        call.prepare().map(|request| RoleCall { client: self.clone(), endpoint, request })
    }

    pub(crate) fn plan(
        &self,
        endpoint: &'static Endpoint,
        call: &Prepared,
        met: Met,
        reading: Reading,
    ) -> Result<Plan> {
        let placement = self.placement()?;
        let needs_session = endpoint.role == Role::Ordinary && self.demand_of(call, placement);
        Ok(Plan {
            demand: needs_session.then_some(self.inner().demand()),
            of: Declaration::Method(endpoint),
            met,
            live: reading != Reading::Whole,
        })
    }

    /// Whether the session has a say: not for another origin, and not for a call that brings its own
    /// credential.
    fn demand_of(&self, call: &Prepared, placement: &Placement) -> bool {
        let wire = &self.inner().wire;
        let brings_own = call.has_header(&placement.header) || wire.headers.contains_key(&placement.header);
        !brings_own && call.url(wire).is_ok_and(|url| wire.is_home(&url))
    }

    /// What answers are judged by. Conditions of the method replace those of the trait; functions given to
    /// the builder come on top.
    pub(crate) fn law(&self, endpoint: Option<&'static Endpoint>) -> Law<'_> {
        let settings = &self.inner().settings;
        let declared = |own: fn(&Endpoint) -> Option<&'static [Condition]>,
                        common: fn(&ApiInfo) -> &'static [Condition]| {
            endpoint.map_or(&[] as &[_], |endpoint| own(endpoint).unwrap_or(common(endpoint.api)))
        };
        Law {
            refresh_on: self.refresh_on(endpoint),
            expired_when: Rule {
                declared: declared(|endpoint| endpoint.expired_when, |api| api.expired_when),
                custom: &settings.expired_when,
            },
            forbidden_when: Rule {
                declared: declared(|endpoint| endpoint.forbidden_when, |api| api.forbidden_when),
                custom: &settings.forbidden_when,
            },
        }
    }

    /// Statuses that speak against the credential: the method's own set, then the builder's, then the
    /// trait's.
    fn refresh_on(&self, endpoint: Option<&'static Endpoint>) -> &[u16] {
        let own = endpoint.and_then(|endpoint| endpoint.refresh_on);
        let declared = || endpoint.and_then(|endpoint| endpoint.api.refresh_on);
        own.or(self.inner().settings.refresh_on.as_deref()).or_else(declared).unwrap_or(REFRESH_ON)
    }

    pub(crate) fn replays(&self) -> Option<&Semaphore> {
        self.inner().settings.replays.as_deref()
    }

    /// The method's own, else the client's.
    fn timeout(&self, endpoint: &'static Endpoint) -> Option<Duration> {
        endpoint.timeout.or(self.inner().settings.timeout)
    }

    /// The deadline covers everything: waiting for a refresh, both sends, and the body unless it is
    /// streamed. The refusal that the call has met by then is in the error.
    fn within(
        method: &'static str,
        timeout: Option<Duration>,
        met: Met,
        mut call: AnswerFuture,
    ) -> AnswerFuture {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let Some(deadline) = deadline else { return trace::call(method, call) };
        let call = Box::pin(async move {
            // Whose time is over does nothing more, also if it is woken in the same moment.
            let in_time =
                poll_fn(|cx| if Instant::now() < deadline { call.as_mut().poll(cx) } else { Poll::Pending });
            timeout_at(deadline, in_time).await.unwrap_or_else(|elapsed| {
                let error = Error::new(Kind::Timeout, "the call took longer than its timeout");
                let rejection = met.as_ref().and_then(|met| met.get().cloned());
                Err(error.with_source(elapsed).with_rejection_if(rejection))
            })
        });
        trace::call(method, call)
    }
}

impl Inner {
    /// Whether an ordinary call needs the session.
    pub(crate) fn demand(&self) -> Demand {
        if self.session.is_expected() { Demand::Required } else { Demand::Optional }
    }
}

impl Api for Client {
    const INFO: &'static ApiInfo = &ApiInfo::new("Client");

    fn from_client(client: Client) -> Self {
        client
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Client");
        out.field("base", &self.inner().wire.base.as_str())
            .field("session", &self.inner().session)
            .finish_non_exhaustive()
    }
}
