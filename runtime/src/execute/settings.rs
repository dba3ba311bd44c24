//! [`Settings`] contains a client's settings, and [`Binding`] is the result of applying them to one API.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, StatusCode};
use tokio::sync::Semaphore;

use crate::auth::policy::CREDENTIAL_REFUSED;
use crate::auth::rules::RuleFn;
use crate::declaration::endpoint::{ApiInfo, Endpoint};
use crate::declaration::statuses::Statuses;
use crate::error::Result;
use crate::execute::placement::Placement;
use crate::execute::retry::budget::RetryBudget;
use crate::execute::retry::retrying::Retries;
use crate::transport::origin::Origin;
use crate::transport::upstream::{Upstream, redirects_leak};

/// The builder's settings. If a setting is absent, the API's declaration applies.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn Retries>>,
    /// Limits the retries of all calls, including calls with their own `Retry`.
    pub(crate) retry_budget: RetryBudget,
    pub(crate) refresh_on: Option<Arc<[StatusCode]>>,
    pub(crate) expired_when: Vec<RuleFn>,
    pub(crate) forbidden_when: Vec<RuleFn>,
    pub(crate) scheme: Option<Cow<'static, str>>,
    pub(crate) token_header: Option<HeaderName>,
    pub(crate) max_body: Option<usize>,
    pub(crate) follow_to: Arc<[Origin]>,
    pub(crate) allow_http: bool,
    /// Limits the number of calls that are sent concurrently after a refresh.
    pub(crate) replay_limit: Option<Arc<Semaphore>>,
}

/// A client's settings combined with the declarations of one API. A client creates one `Binding` and uses it for all
/// calls.
pub(crate) struct Binding {
    pub(crate) placement: Result<Placement>,
    /// Whether a 2xx response can mean that the server refused the credential, for trait methods that do not declare
    /// their own conditions.
    classifies_successes: bool,
}

impl Settings {
    pub(crate) fn bind(&self, api: &'static ApiInfo, upstream: &Upstream) -> Binding {
        let placement = upstream
            .check_refresh_on(self.refresh_on(Some(api)))
            .and_then(|()| self.placement(Some(api), upstream));
        let classifies_successes = !(self.expired_when.is_empty() && api.expired_when.is_empty());
        Binding { placement, classifies_successes }
    }

    /// Returns the status codes that trigger a refresh if the method declares none. The builder's codes take precedence
    /// over the trait's codes.
    pub(crate) fn refresh_on(&self, api: Option<&ApiInfo>) -> Statuses<'_> {
        let set = self.refresh_on.as_deref().map(Statuses::Checked);
        set.or_else(|| api?.refresh_on).unwrap_or(Statuses::Checked(CREDENTIAL_REFUSED))
    }

    pub(crate) fn placement(&self, api: Option<&'static ApiInfo>, upstream: &Upstream) -> Result<Placement> {
        let declared = || HeaderName::from_bytes(api?.token_header?.as_bytes()).ok();
        let header = self.token_header.clone().or_else(declared);
        let scheme = self.scheme.clone().or_else(|| Some(Cow::Borrowed(api?.scheme?)));
        let placement = Placement::new(header, scheme);
        if upstream.leaks_by_redirects() {
            if placement.header != AUTHORIZATION {
                return Err(redirects_leak(format_args!("the header `{}`", placement.header)));
            }
            if let Some(name) = upstream.exposed_default() {
                return Err(redirects_leak(format_args!("the default header `{name}`")));
            }
            if api.is_some_and(|api| api.has_header_arguments) {
                return Err(redirects_leak("the header arguments of methods"));
            }
        }
        Ok(placement)
    }
}

impl Binding {
    pub(crate) fn classifies_successes(&self, endpoint: &Endpoint) -> bool {
        self.classifies_successes || endpoint.expired_when.is_some()
    }
}
