//! Applies the refresh and revocation settings of the builder and the API to the session.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::api::Api;
use super::client::Client;
use crate::auth::policy::CREDENTIAL_REFUSED;
use crate::declaration::endpoint::ApiInfo;
use crate::declaration::statuses::Statuses;
use crate::refresh::method::{MethodProvider, Refresh};
use crate::refresh::refresher::AnyRefresher;
use crate::refresh::refresher_provider::RefresherProvider;
use crate::refresh::session_ends::SessionEnds;
use crate::session::{CredentialProvider, Revoker, Session};
use crate::transport::upstream::Upstream;

/// A function that creates the credential provider for the builder's refresher. A program without a refresher does not
/// link the code that runs refreshers, because only `set_refresher` refers to that code.
type NewProvider = Box<dyn FnOnce(Arc<Upstream>, SessionEnds) -> Arc<dyn CredentialProvider> + Send + Sync>;

#[derive(Default)]
pub(super) struct RefreshSettings {
    pub(super) provider: Option<NewProvider>,
    pub(super) revoker: Option<Revoker>,
    pub(super) session_ends_on: Option<Vec<StatusCode>>,
    pub(super) ending_ahead: Option<Duration>,
}

impl RefreshSettings {
    pub(super) fn set_refresher(&mut self, refresher: Arc<dyn AnyRefresher>) {
        self.provider = Some(Box::new(|upstream, session_ends| {
            Arc::new(RefresherProvider { refresher, upstream, session_ends })
        }));
    }

    /// The builder's settings must be applied before the API's declarations, because a session keeps the first refresh
    /// mechanism that it receives.
    pub(super) fn apply(&mut self, session: &Session, upstream: &Arc<Upstream>, api: &ApiInfo) {
        if let Some(provider) = self.provider.take() {
            let session_ends = session_ends(self.session_ends_on.as_deref(), api, Vec::new());
            session.set_provider(provider(upstream.clone(), session_ends));
        }
        if let Some(ahead) = self.ending_ahead {
            session.set_ending_ahead(ahead);
        }
        if let Some(revoker) = self.revoker.take() {
            session.set_revoker(revoker);
        }
    }
}

/// Applies an API's declarations to the session of `client`. The API's `#[refresh]` method sends its requests to
/// `upstream`.
pub(crate) fn declare<C: Api>(
    client: &Client,
    upstream: &Arc<Upstream>,
    session_ends_on: Option<&[StatusCode]>,
) {
    if C::INFO.has_session {
        client.session().require_login();
    }
    if let Some(refresh) = C::REFRESH {
        set_method(client, upstream, refresh, C::INFO, session_ends_on);
    }
}

/// This function is not generic, so it is compiled only once.
fn set_method(
    client: &Client,
    upstream: &Arc<Upstream>,
    refresh: Refresh,
    api: &ApiInfo,
    session_ends_on: Option<&[StatusCode]>,
) {
    client.session().require_login();
    let usual = if refresh.by_cookie { CREDENTIAL_REFUSED.to_vec() } else { Vec::new() };
    client.session().set_provider(Arc::new(MethodProvider {
        upstream: upstream.clone(),
        refresh,
        session_ends: session_ends(session_ends_on, api, usual),
    }));
}

/// Combines the statuses. Status codes set in the builder take precedence over status codes declared by the trait, and
/// both replace the defaults.
fn session_ends(builder: Option<&[StatusCode]>, api: &ApiInfo, usual: Vec<StatusCode>) -> SessionEnds {
    let declared = builder.map(Statuses::Checked).or(api.session_ends_on);
    let declared = declared.map(|statuses| statuses.iter().collect());
    SessionEnds { declared, usual, conditions: api.session_ends_when }
}
