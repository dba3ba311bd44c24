//! The builder settings for the session and its credential.

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
    /// Logs the session in with these tokens, as [`Session::set`] does. The tokens replace the session in the
    /// [store](Self::store), if one is set.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Stores the session in a [`FileStore`](crate::FileStore) or any other [`SessionStore`], so that the session
    /// survives a restart and other processes can share it. By default, the session is kept only in memory.
    ///
    /// The first call that needs the session reads the store. [`Session`](Session#stores) describes the guarantees of a
    /// store. If several clients of a session set a store, the session uses the store that was set first.
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

    /// Sets how long before the end of a login [`SessionEvent::Ending`](crate::SessionEvent::Ending) is emitted. The
    /// default is one tenth of the lifetime that the server reported, but at most one day. If several clients of a
    /// session set a time, the session uses the value that was set first.
    ///
    /// If this time is longer than the whole login, the event is emitted immediately after each login.
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

    /// Shares a session with other clients. All clients of a session share the session's logins and refreshes.
    ///
    /// If several clients set a refresh mechanism, the session uses the one that was set first. The access token is
    /// sent to each client's origin.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Sets the statuses that mean that the credential is no longer valid. The default statuses are those that the API
    /// declares, or 401 and 403 if the API declares none. A 2xx status has an effect only if a rule of
    /// [`expired_when`](Self::expired_when) also returns `true`.
    pub fn refresh_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        let statuses = self.checked("refresh_on", statuses);
        self.settings.refresh_on = Some(statuses.into_iter().map(|status| status.as_u16()).collect());
        self
    }

    /// Adds a rule that recognizes an expired credential. The rule is called for responses whose status is in
    /// [`refresh_on`](Self::refresh_on). If the rule returns `true`, the credential is refreshed, even for a 403 that
    /// would otherwise be returned. One matching rule or one matching condition of the API's `expired_when(...)` is
    /// sufficient. By default, no rule is set.
    ///
    /// A 2xx response starts a refresh only if its status is in [`refresh_on`](Self::refresh_on) and a rule returns
    /// `true`. If the caller streams the response, rules see the body of a 2xx response only if it is JSON.
    ///
    /// If the rule panics, the response is returned unchanged, and
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

    /// Adds a rule that recognizes a refusal that does not concern the credential, such as a missing CSRF token or a
    /// firewall's block page. If the rule returns `true`, the credential is not refreshed, and this rule takes
    /// precedence over all other rules. In all other respects, the rule works like a rule of
    /// [`expired_when`](Self::expired_when).
    pub fn forbidden_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Rejection) -> bool + Send + Sync + 'static,
    {
        self.settings.forbidden_when.push(Arc::new(rule));
        self
    }

    /// Sets the scheme before the token in its header. An empty string means no scheme. By default, the scheme is the
    /// one that the API declares, or else the token type, or else `Bearer`.
    pub fn scheme(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        let scheme = scheme.into();
        if !scheme.is_empty() && !is_scheme(&scheme) {
            self.fail("the scheme is not a valid authentication scheme");
        }
        self.settings.scheme = Some(scheme);
        self
    }

    /// Sets the header that carries the access token. The default is the header that the API declares, or
    /// `authorization`.
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

    /// Refreshes with a function instead of a `#[refresh]` method. The runtime calls the function once for all waiting
    /// calls, and two runs of the function never overlap. The function must finish within 10 s and must not await a
    /// call of this session.
    ///
    /// If the function returns an error, the session is kept for a later attempt. The session ends if the function
    /// returns [`Error::session_expired`], or an error that contains a response from another API with the error code
    /// `invalid_grant`. The function replaces a [`refresher`](Self::refresher).
    pub fn refresh_with<F, R, T>(mut self, refresh: F) -> Self
    where
        F: Fn(Session) -> R + Send + Sync + 'static,
        R: Future<Output = Result<T>> + Send + 'static,
        T: AsTokens,
    {
        self.refresh.set_refresher(Arc::new(ByFunction(refresh)));
        self
    }

    /// Refreshes with a [`Refresher`] instead of a `#[refresh]` method. The refresher is a grant of
    /// [`oauth2`](crate::oauth2) or your own type.
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
        self.refresh.set_refresher(Arc::new(refresher));
        self
    }

    /// Revokes tokens at the server with a function. [`Session::revoke`] calls the function. The runtime also calls the
    /// function when a refresh returns tokens after a logout or a new login. The function replaces
    /// [`Refresher::revoke`], which is the default. With a `#[refresh]` method, no tokens are revoked by default.
    ///
    /// No call waits for the function, which must finish within 10 s. An error is emitted as
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
        let revoke = Arc::new(revoke);
        self.refresh.revoker = Some(Arc::new(move |session: &Session, tokens| {
            let revoke = revoke.clone();
            // The function is called in the task, so no caller of the runtime waits for the function.
            session.start_revocation(async move { revoke(tokens).await })
        }));
        self
    }

    /// Sets the statuses that end the session when the refresh endpoint returns them, regardless of the error code. The
    /// default statuses are those that the API declares. If the API declares none, the default is 401 and 403 for a
    /// session that is refreshed with a cookie, and no statuses for any other session. If no status is set or declared,
    /// only an error code such as `invalid_grant` ends the session. A web page never ends a session.
    ///
    /// The token endpoint of a [grant](crate::oauth2) is also a refresh endpoint. If a [`Refresher`] returns a server's
    /// error response, that server is also treated as a refresh endpoint.
    pub fn session_ends_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.refresh.session_ends_on = Some(self.checked("session_ends_on", statuses));
        self
    }

    /// Returns the valid statuses. If one of the statuses is invalid, `build` returns an error.
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
