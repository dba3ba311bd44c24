//! What a client's builder was told, [`Settings`], and what that and the declaration of one API come to for all
//! of its calls: [`Bound`].

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::header::AUTHORIZATION;
use tokio::sync::Semaphore;

use crate::auth::rules::Custom;
use crate::declaration::endpoint::{ApiInfo, Endpoint};
use crate::error::Result;
use crate::execute::placement::Placement;
use crate::transport::upstream::{Wire, redirects_leak};

/// What the builder was told; where it was told nothing, the API's declaration counts.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) refresh_on: Option<Arc<[u16]>>,
    pub(crate) expired_when: Vec<Custom>,
    pub(crate) forbidden_when: Vec<Custom>,
    pub(crate) scheme: Option<Cow<'static, str>>,
    pub(crate) token_header: Option<HeaderName>,
    /// How many calls are sent again at the same time.
    pub(crate) replays: Option<Arc<Semaphore>>,
}

/// What a client's settings and the declaration of one API come to for all of its calls.
pub(crate) struct Bound {
    /// Where the credential stands in them.
    pub(crate) placement: Result<Placement>,
    /// Whether a default header stands there already.
    pub(crate) brings_own: bool,
    /// Whether a success may be a refusal, unless the method has conditions of its own.
    judges_successes: bool,
}

impl Settings {
    pub(crate) fn bound_to(&self, api: &'static ApiInfo, wire: &Wire) -> Bound {
        let placement = self.placement(Some(api), wire);
        let brings_own =
            placement.as_ref().is_ok_and(|placement| wire.headers.contains_key(&placement.header));
        let judges_successes = !(self.expired_when.is_empty() && api.expired_when.is_empty());
        Bound { placement, brings_own, judges_successes }
    }

    /// Where the credential stands in calls of `api` over `wire`.
    pub(crate) fn placement(&self, api: Option<&'static ApiInfo>, wire: &Wire) -> Result<Placement> {
        let declared = || HeaderName::from_bytes(api?.token_header?.as_bytes()).ok();
        let header = self.token_header.clone().or_else(declared);
        let scheme = self.scheme.clone().or_else(|| Some(Cow::Borrowed(api?.scheme?)));
        let placement = Placement::new(header, scheme);
        if wire.follows_redirects && placement.header != AUTHORIZATION {
            return Err(redirects_leak(&placement.header));
        }
        Ok(placement)
    }
}

impl Bound {
    /// Whether a success of this method may be a refusal.
    pub(crate) fn judges_successes(&self, endpoint: &Endpoint) -> bool {
        self.judges_successes || endpoint.expired_when.is_some()
    }
}
