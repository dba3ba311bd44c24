//! The settings of a builder that concern the session and its credential.

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, StatusCode};

use super::api::Api;
use super::builder::ClientBuilder;
use crate::error::{Error, Rejection, Result};
use crate::refresh::refresher::{ByFunction, Refresher};
use crate::session::{AsTokens, Session, Tokens, is_scheme};
use crate::store::SessionStore;

impl<C: Api> ClientBuilder<C> {
    /// Starts logged in, as [`Session::set`] does. With a [store](Self::store), the tokens replace what it holds.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Keeps the session in a store, so that it survives a restart and other processes can share it: a
    /// [`FileStore`](crate::FileStore), or any [`SessionStore`]. Default: in memory only.
    ///
    /// The first call that needs the session reads the store. [`Session`](Session#stores) says what a store guarantees.
    /// If several clients of a session set a store, the first one applies.
    ///
    /// ```
    /// use afresh::{Client, FileStore};
    ///
    /// let store = FileStore::new("/home/me/.config/shop/session");
    /// let client = Client::builder("https://shop.example").store(store).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn store(mut self, store: impl SessionStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// How long before its end a login is announced with [`SessionEvent::Ending`](crate::SessionEvent::Ending). Default: one
    /// tenth of the lifetime that the server named, at most a day. If several clients of a session set it, the first one
    /// applies.
    ///
    /// If the time is longer than the whole login, the event is emitted immediately after each login.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// use std::time::Duration;
    /// use afresh::{Client, SessionEvent};
    ///
    /// let shop = Client::builder("https://shop.example").ending_ahead(Duration::from_secs(8 * 3600)).build()?;
    /// let mut events = shop.session().events();
    /// while let Some(event) = events.next().await {
    ///     if let SessionEvent::Ending = event {
    ///         println!("log in again today");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn ending_ahead(mut self, ahead: Duration) -> Self {
        self.refresh.ending_ahead = Some(ahead);
        self
    }

    /// Shares a session with other clients: one login, one refresh.
    ///
    /// If several clients set a way to refresh, the first one applies. The access token is sent to the origin of each client.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// The statuses that say that the credential is not valid any more. Default: those that the API declares, or 401 and
    /// 403. A 2xx status among them has an effect only if a rule of [`expired_when`](Self::expired_when) returns true.
    pub fn refresh_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        let statuses = self.checked("refresh_on", statuses);
        self.settings.refresh_on = Some(statuses.into_iter().map(|status| status.as_u16()).collect());
        self
    }

    /// Adds a rule that recognizes an expired credential. It is called for answers whose status is in
    /// [`refresh_on`](Self::refresh_on). If it returns true, the credential is refreshed, even where a 403 alone would be
    /// returned. One rule or one condition of the API's `expired_when(...)` is enough. Default: none.
    ///
    /// A 2xx answer starts a refresh only if its status is in [`refresh_on`](Self::refresh_on) and a rule returns true.
    /// If the caller streams the answer, rules see the body of a 2xx answer only if it is JSON.
    ///
    /// If the function panics, the answer is returned as it is, and
    /// [`SessionEvent::RuleFailed`](crate::SessionEvent::RuleFailed) is emitted.
    ///
    /// ```
    /// use afresh::{Client, Tokens};
    ///
    /// let client = Client::builder("https://shop.example")
    ///     .tokens(Tokens::new("access"))
    ///     .refresh_on([200, 401, 403])
    ///     .expired_when(|answer| answer.pointer("/code").is_some_and(|code| code == "TOKEN_EXPIRED"))
    ///     .forbidden_when(|answer| answer.is_html())
    ///     .build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn expired_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Rejection) -> bool + Send + Sync + 'static,
    {
        self.settings.expired_when.push(Arc::new(rule));
        self
    }

    /// Adds a rule that recognizes a refusal that is not about the credential, such as a missing CSRF token or the page of
    /// a firewall. If it returns true, nothing is refreshed, whatever else the answer says. Otherwise it works like
    /// [`expired_when`](Self::expired_when).
    pub fn forbidden_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Rejection) -> bool + Send + Sync + 'static,
    {
        self.settings.forbidden_when.push(Arc::new(rule));
        self
    }

    /// The scheme before the token in its header; `""` for the bare token. Default: what the API declares, or the type
    /// of the token, or `Bearer`.
    pub fn scheme(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        let scheme = scheme.into();
        if !scheme.is_empty() && !is_scheme(&scheme) {
            self.fail("the scheme is not a valid authentication scheme");
        }
        self.settings.scheme = Some(scheme);
        self
    }

    /// The header that carries the access token. Default: what the API declares, or `authorization`.
    pub fn token_header<N>(mut self, name: N) -> Self
    where
        HeaderName: TryFrom<N>,
    {
        match HeaderName::try_from(name) {
            Ok(name) => self.settings.token_header = Some(name),
            Err(_) => self.fail("the name of the token header is not a valid header name"),
        }
        self
    }

    /// Refreshes with a function instead of a `#[refresh]` method. It is called once for all waiting calls and never
    /// twice at a time. It must finish within 10 s and must not await a call of this session.
    ///
    /// An error keeps the session for a later attempt. [`Error::session_expired`], or the answer of another API that says
    /// `invalid_grant`, ends it. The function replaces a [`refresher`](Self::refresher).
    pub fn refresh_with<F, R, T>(mut self, refresh: F) -> Self
    where
        F: Fn(Session) -> R + Send + Sync + 'static,
        R: Future<Output = Result<T>> + Send + 'static,
        T: AsTokens,
    {
        self.refresh.refresher = Some(Arc::new(ByFunction(refresh)));
        self
    }

    /// Refreshes with a [`Refresher`] instead of a `#[refresh]` method: a grant of [`oauth2`](crate::oauth2), or your
    /// own.
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
        self.refresh.refresher = Some(Arc::new(refresher));
        self
    }

    /// Revokes tokens at the server with a function. It is called by [`Session::revoke`], and when a refresh returns
    /// tokens after a logout or another login. The function replaces [`Refresher::revoke`]. Default: that of the
    /// refresher. With a `#[refresh]` method, no tokens are revoked by default.
    ///
    /// No call waits for it. It must finish within 10 s. An error is emitted as
    /// [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked). The tokens do not include cookies.
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
    ///     async fn revoke(&self, #[form] token: Option<&str>) -> Result<()>;
    /// }
    ///
    /// let revoking = ShopClient::builder("https://shop.example").build()?;
    /// let shop = ShopClient::builder("https://shop.example")
    ///     .revoke_with(move |tokens| revoking.revoke(tokens.refresh_token().map(RefreshToken::secret)))
    ///     .build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn revoke_with<F, R>(mut self, revoke: F) -> Self
    where
        F: Fn(Tokens) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.refresh.revoker = Some(Arc::new(move |tokens| Box::pin(revoke(tokens))));
        self
    }

    /// The statuses of the refresh endpoint that end the session, whatever error code the answer has. Default: those that
    /// the API declares, or 401 and 403 if the session is refreshed with a cookie, or none. Without a declaration, an
    /// error code such as `invalid_grant` ends the session. A web page never ends a session.
    ///
    /// The token endpoint of a [grant](crate::oauth2) is a refresh endpoint, too, and so is the server whose error a
    /// [`Refresher`] returns.
    pub fn session_ends_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.refresh.session_ends_on = Some(self.checked("session_ends_on", statuses));
        self
    }

    /// Returns the valid statuses. If a status is invalid, `build` returns an error.
    fn checked(&mut self, setting: &str, statuses: impl IntoIterator<Item = u16>) -> Vec<StatusCode> {
        let mut checked = Vec::new();
        for status in statuses {
            match StatusCode::from_u16(status) {
                Ok(code) if status < 600 => checked.push(code),
                _ => {
                    self.fail(format!(
                        "`{setting}` contains {status}, which is not a status from 100 to 599"
                    ));
                }
            }
        }
        checked
    }
}
