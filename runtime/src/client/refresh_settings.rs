//! How the session of a client is refreshed and how its tokens are revoked, from the builder and from an API.

use std::sync::Arc;

use http::StatusCode;

use super::api::Api;
use super::client::Client;
use crate::auth::policy::CREDENTIAL_REFUSED;
use crate::refresh::method::{MethodProvider, Refresh};
use crate::refresh::refresher::AnyRefresher;
use crate::refresh::refresher_provider::RefresherProvider;
use crate::session::{Revoker, Session};
use crate::transport::upstream::Upstream;

/// The settings of the builder.
#[derive(Default)]
pub(super) struct RefreshSettings {
    pub(super) refresher: Option<Arc<dyn AnyRefresher>>,
    pub(super) revoker: Option<Revoker>,
    pub(super) session_ends_on: Option<Vec<StatusCode>>,
}

impl RefreshSettings {
    /// Applied before the declarations of the API, because the first way to refresh applies.
    pub(super) fn apply(&mut self, session: &Session, upstream: &Arc<Upstream>) {
        if let Some(refresher) = self.refresher.take() {
            let ends_on = self.session_ends_on.clone().unwrap_or_default();
            session.set_provider(Arc::new(RefresherProvider {
                refresher,
                upstream: upstream.clone(),
                ends_on,
            }));
        }
        if let Some(revoker) = self.revoker.take() {
            session.set_revoker(revoker);
        }
    }
}

/// Applies the declarations of an API to the session of `client`.
pub(crate) fn declare<C: Api>(client: &Client, session_ends_on: Option<&[StatusCode]>) {
    if C::INFO.has_session {
        client.session().expect();
    }
    if let Some(refresh) = C::REFRESH {
        set_method(client, refresh, session_ends_on);
    }
}

/// Not generic, so that it is compiled once.
fn set_method(client: &Client, refresh: Refresh, session_ends_on: Option<&[StatusCode]>) {
    client.session().expect();
    let by_cookie = CREDENTIAL_REFUSED.iter().filter(|_| refresh.by_cookie);
    let usual = || by_cookie.filter_map(|status| StatusCode::from_u16(*status).ok()).collect();
    client.session().set_provider(Arc::new(MethodProvider {
        upstream: client.upstream().clone(),
        refresh,
        ends_on: session_ends_on.map_or_else(usual, <[_]>::to_vec),
    }));
}
