//! How the session of a client is renewed and its tokens revoked: what the builder is told of it, and what an
//! API declares.

use std::future::Future;
use std::sync::Arc;

use http::StatusCode;

use super::builder::ClientBuilder;
use crate::client::client::Client;
use crate::declaration::endpoint::{Api, ApiInfo};
use crate::error::{Error, Result};
use crate::refresh::method::MethodProvider;
use crate::refresh::refresher::{AnyRefresher, ByFunction, Refresher};
use crate::refresh::refresher_provider::RefresherProvider;
use crate::session::{AsTokens, Revoker, Session, Tokens};
use crate::transport::upstream::Wire;

/// What the builder was told.
#[derive(Default)]
pub(super) struct Ways {
    refresher: Option<Arc<dyn AnyRefresher>>,
    revoker: Option<Revoker>,
    pub(super) ends_on: Option<Vec<u16>>,
}

impl Ways {
    /// They come before what an API declares.
    pub(super) fn give_to(&mut self, session: &Session, wire: &Arc<Wire>) {
        if let Some(refresher) = self.refresher.take() {
            let ends_on = statuses(self.ends_on.as_deref().unwrap_or_default());
            session.set_provider(Arc::new(RefresherProvider { refresher, wire: wire.clone(), ends_on }));
        }
        if let Some(revoker) = self.revoker.take() {
            session.set_revoker(revoker);
        }
    }
}

impl<C: Api> ClientBuilder<C> {
    /// Refreshes by a function of yours instead of a `#[refresh]` method. It is called once for everybody
    /// who waits, never twice at a time, within 10 s; it may await anything but a call of this session.
    ///
    /// An error keeps the session for a later attempt; [`Error::session_expired`], or another API's answer
    /// that says `invalid_grant`, ends it. It takes the place of a [`refresher`](Self::refresher).
    pub fn refresh_with<F, R, T>(mut self, refresh: F) -> Self
    where
        F: Fn(Session) -> R + Send + Sync + 'static,
        R: Future<Output = Result<T>> + Send + 'static,
        T: AsTokens,
    {
        self.renewal.refresher = Some(Arc::new(ByFunction(refresh)));
        self
    }

    /// Refreshes by a [`Refresher`] instead of a `#[refresh]` method: one of the grants of
    /// [`oauth2`](crate::oauth2), or your own.
    ///
    /// ```
    /// use afresh::{Client, oauth2::RefreshTokenGrant};
    ///
    /// let grant = RefreshTokenGrant::new("https://id.example/oauth/token").client_id("shop-app");
    /// let client = Client::builder("https://shop.example").refresher(grant).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn refresher(mut self, refresher: impl Refresher) -> Self {
        if let Err(error) = refresher.check() {
            self.error.get_or_insert_with(|| Error::builder(error.text().to_owned()).with_source(error));
        }
        self.renewal.refresher = Some(Arc::new(refresher));
        self
    }

    /// Tells the server by a function of yours that tokens are not wanted any more, as
    /// [`Refresher::revoke`] does and in its place: those of a refresh that comes back after a logout or
    /// another login, and those of [`Session::revoke`]. Default: what the refresher does; with a
    /// `#[refresh]` method nothing.
    ///
    /// Nobody waits for it; it has 10 s, and an error is told as
    /// [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked). A secret in a cookie is not among the
    /// tokens.
    ///
    /// ```
    /// # use afresh::{api, Client, RefreshToken, Result, Tokens};
    /// #[api]
    /// trait Shop {
    ///     #[refresh]
    ///     #[post("/token")]
    ///     async fn refresh(&self, #[form("refresh_token")] token: RefreshToken) -> Result<Tokens>;
    ///
    ///     #[public]
    ///     #[post("/revoke")]
    ///     async fn revoke(&self, #[form] token: Option<&RefreshToken>) -> Result<()>;
    /// }
    ///
    /// let teller = ShopClient::builder("https://shop.example").build()?;
    /// let shop = ShopClient::builder("https://shop.example")
    ///     .revoke_with(move |tokens| teller.revoke(tokens.refresh_token()))
    ///     .build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn revoke_with<F, R>(mut self, revoke: F) -> Self
    where
        F: Fn(Tokens) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.renewal.revoker = Some(Arc::new(move |tokens| Box::pin(revoke(tokens))));
        self
    }

    /// Statuses of the refresh endpoint that end the session even without an error code that says so.
    /// Default: 401 and 403 when the refresh secret is a cookie, none otherwise. A web page never ends it.
    ///
    /// The token endpoint of a [grant](crate::oauth2) is such an endpoint, and so is that of another client
    /// whose error a [`Refresher`] passes on.
    pub fn session_ends_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.renewal.ends_on = Some(statuses.into_iter().collect());
        self
    }
}

/// Gives the client's session what `api` declares of it.
pub(crate) fn join(client: &Client, api: &'static ApiInfo, ends_on: Option<&[u16]>) {
    if api.has_session {
        client.session().expect();
    }
    if let Some(refresh) = api.refresh {
        let usual: &[u16] = if refresh.by_cookie { &[401, 403] } else { &[] };
        client.session().set_provider(Arc::new(MethodProvider {
            wire: client.wire().clone(),
            refresh,
            ends_on: statuses(ends_on.unwrap_or(usual)),
        }));
    }
}

fn statuses(numbers: &[u16]) -> Vec<StatusCode> {
    numbers.iter().filter_map(|status| StatusCode::from_u16(*status).ok()).collect()
}
