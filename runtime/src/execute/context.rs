//! [`Context`] contains the data that a client's calls need.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;

use super::options::CallOptions;
use super::placement::Placement;
use super::retry::retrying::{Retries, Retrying};
use super::settings::{Binding, Settings};
use crate::auth::policy::Policy;
use crate::auth::rules::Rules;
use crate::declaration::condition::Condition;
use crate::declaration::endpoint::{ApiInfo, Endpoint};
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Result};
use crate::platform::time::Instant;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::session::{Demand, Session};
use crate::transport::upstream::Upstream;

/// The base URL, transport, session and settings of a client, combined with the declarations of one API.
pub(crate) struct Context {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) session: Session,
    pub(crate) settings: Arc<Settings>,
    pub(crate) binding: Arc<Binding>,
    /// The options that this clone of the client applies to all its calls.
    pub(crate) options: Option<Arc<CallOptions>>,
}

/// A context that is cheap to clone.
///
/// Sharing the context as a trait object reduces the compile time of the user's crate. Without the trait object, the
/// compiler would check for each call whether all inner types are `Send` and `Sync`.
#[derive(Clone)]
pub(crate) struct SharedContext(Arc<dyn AsContext>);

trait AsContext: Send + Sync {
    fn context(&self) -> &Context;
}

impl AsContext for Context {
    fn context(&self) -> &Context {
        self
    }
}

impl Deref for SharedContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        self.0.context()
    }
}

impl SharedContext {
    pub(crate) fn new(
        upstream: Arc<Upstream>,
        session: Session,
        settings: Arc<Settings>,
        api: &'static ApiInfo,
    ) -> Self {
        let binding = Arc::new(settings.bind(api, &upstream));
        Self(Arc::new(Context { upstream, session, settings, binding, options: None }))
    }

    pub(crate) fn with_session(&self, session: Session) -> Self {
        session.refresh_as(&self.session);
        Self(Arc::new(Context { session, ..self.shared() }))
    }

    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self(Arc::new(Context { options: Some(Arc::new(options)), ..self.shared() }))
    }
}

impl Context {
    fn shared(&self) -> Self {
        Self {
            upstream: self.upstream.clone(),
            session: self.session.clone(),
            settings: self.settings.clone(),
            binding: self.binding.clone(),
            options: self.options.clone(),
        }
    }

    pub(crate) fn call_options(&self) -> CallOptions {
        self.options.as_deref().cloned().unwrap_or_default()
    }

    pub(crate) fn placement(&self) -> Result<&Placement> {
        self.binding.placement.as_ref().map_err(Clone::clone)
    }

    /// Returns whether an ordinary call (not a login, refresh or logout) requires a session.
    pub(crate) fn demand(&self) -> Demand {
        if self.session.requires_login() { Demand::Required } else { Demand::Optional }
    }

    /// Returns whether the session's credential is added to `request`. The credential is not added to a request that
    /// goes to a different origin or already contains a credential.
    pub(crate) fn takes_credential(&self, request: &Prepared, placement: &Placement) -> bool {
        let has_own =
            request.has_header(&placement.header) || self.upstream.headers.contains_key(&placement.header);
        !has_own && request.is_own(&self.upstream)
    }

    /// Rejects an argument that would replace the access token, such as a header map that contains `authorization`. If
    /// an argument replaced the access token, the call would never trigger a refresh, and no error would explain why. A
    /// call option can replace the access token, because the caller sets the option deliberately for a single call.
    pub(crate) fn check_arguments(&self, call: &Call) -> Result<()> {
        let endpoint = call.endpoint();
        let carries_token = endpoint.api.has_session && !endpoint.bare;
        let taken = self.placement().ok().map(|placement| &placement.header);
        match taken.filter(|name| carries_token && call.has_header(name)).map(HeaderName::as_str) {
            Some(name) => Err(Error::request(format!(
                "header `{name}` must not be an argument: the runtime sends the access token in this header. If the method sends a different credential, add `#[public]`. For a single call, set the header with `.header(name, value)`"
            ))
            .in_method(Some(endpoint.name))),
            None => Ok(()),
        }
    }

    /// The method's own `expired_when` and `forbidden_when` conditions replace the trait's conditions. The rule
    /// functions set in the builder apply in addition to the declared conditions.
    pub(crate) fn policy(&self, endpoint: Option<&'static Endpoint>) -> Policy<'_> {
        let settings = &self.settings;
        let declared = |own: fn(&Endpoint) -> Option<&'static [Condition]>,
                        common: fn(&ApiInfo) -> &'static [Condition]| {
            endpoint.map_or(&[] as &[_], |endpoint| own(endpoint).unwrap_or(common(endpoint.api)))
        };
        Policy {
            refresh_on: self.refresh_on(endpoint),
            expired_when: Rules {
                declared: declared(|endpoint| endpoint.expired_when, |api| api.expired_when),
                functions: &settings.expired_when,
            },
            forbidden_when: Rules {
                declared: declared(|endpoint| endpoint.forbidden_when, |api| api.forbidden_when),
                functions: &settings.forbidden_when,
            },
        }
    }

    /// The method's `refresh_on` status codes take precedence over the builder's codes. The builder's codes take
    /// precedence over the trait's codes.
    pub(super) fn refresh_on(&self, endpoint: Option<&'static Endpoint>) -> Statuses<'_> {
        let own = endpoint.and_then(|endpoint| endpoint.refresh_on);
        own.unwrap_or_else(|| self.settings.refresh_on(endpoint.map(|endpoint| endpoint.api)))
    }

    /// A timeout set on this clone of the client takes precedence over the method's timeout. The method's timeout takes
    /// precedence over the builder's timeout.
    pub(crate) fn timeout(&self, endpoint: &'static Endpoint) -> Option<Duration> {
        let chosen = self.options.as_ref().and_then(|options| options.timeout);
        chosen.or(endpoint.timeout).or(self.settings.timeout)
    }

    /// Returns an error if the builder's `retry` contains a status code that cannot be retried, such as one that
    /// triggers a refresh.
    pub(crate) fn check_retry(&self, api: &'static ApiInfo) -> Result<()> {
        let set = self.settings.refresh_on(Some(api));
        let mistake = self.settings.retry.as_ref().and_then(|retry| retry.mistake(set));
        mistake.map_or(Ok(()), |mistake| Err(Error::builder(format!("`retry`: {mistake}"))))
    }

    /// The call's own policy takes precedence over the builder's policy. Returns an error if the call's own policy
    /// contains a status code that cannot be retried.
    pub(crate) fn retrying(
        &self,
        own: Option<Arc<dyn Retries>>,
        endpoint: Option<&'static Endpoint>,
        deadline: Option<Instant>,
    ) -> Result<Option<Box<Retrying>>> {
        if let Some(mistake) = own.as_ref().and_then(|own| own.mistake(self.refresh_on(endpoint))) {
            return Err(Error::request(mistake));
        }
        let policy = own.or_else(|| self.settings.retry.clone());
        Ok(policy.map(|policy| {
            self.settings.retry_budget.deposit();
            Box::new(Retrying { policy, deadline })
        }))
    }
}
