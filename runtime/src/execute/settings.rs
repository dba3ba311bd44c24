//! The settings of a client, [`Settings`], and what they mean for the calls of one API: [`Binding`].

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::header::AUTHORIZATION;
use tokio::sync::Semaphore;

use crate::auth::rules::RuleFn;
use crate::declaration::endpoint::{ApiInfo, Endpoint};
use crate::error::Result;
use crate::execute::placement::Placement;
use crate::transport::upstream::{Upstream, redirects_leak};

/// What the builder sets. Where it sets nothing, the declaration of the API counts.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) refresh_on: Option<Arc<[u16]>>,
    pub(crate) expired_when: Vec<RuleFn>,
    pub(crate) forbidden_when: Vec<RuleFn>,
    pub(crate) scheme: Option<Cow<'static, str>>,
    pub(crate) token_header: Option<HeaderName>,
    /// How many calls are sent at the same time after a refresh.
    pub(crate) replay_limit: Option<Arc<Semaphore>>,
}

/// What the settings of a client and the declaration of one API mean for all calls of that API.
pub(crate) struct Binding {
    /// Where the credential stands in them.
    pub(crate) placement: Result<Placement>,
    /// Whether a success may be a refusal, unless the method has conditions of its own.
    judges_successes: bool,
}

impl Settings {
    pub(crate) fn bind(&self, api: &'static ApiInfo, upstream: &Upstream) -> Binding {
        let refresh_on = self.refresh_on.as_deref().or(api.refresh_on).unwrap_or_default();
        let placement =
            upstream.check_refresh_on(refresh_on).and_then(|()| self.placement(Some(api), upstream));
        let judges_successes = !(self.expired_when.is_empty() && api.expired_when.is_empty());
        Binding { placement, judges_successes }
    }

    /// Where the credential stands in calls of `api` over `upstream`.
    pub(crate) fn placement(&self, api: Option<&'static ApiInfo>, upstream: &Upstream) -> Result<Placement> {
        let declared = || HeaderName::from_bytes(api?.token_header?.as_bytes()).ok();
        let header = self.token_header.clone().or_else(declared);
        let scheme = self.scheme.clone().or_else(|| Some(Cow::Borrowed(api?.scheme?)));
        let placement = Placement::new(header, scheme);
        if upstream.follows_redirects && placement.header != AUTHORIZATION {
            return Err(redirects_leak(&placement.header));
        }
        Ok(placement)
    }
}

impl Binding {
    /// Whether a success of this method may be a refusal.
    pub(crate) fn judges_successes(&self, endpoint: &Endpoint) -> bool {
        self.judges_successes || endpoint.expired_when.is_some()
    }
}
