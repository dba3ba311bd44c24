//! The builder methods that configure the session and its credential.

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
    /// Sets the session's tokens to `tokens`, as [`Session::set`] does. If a [store](Self::store) is set, the tokens
    /// replace the stored session.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Stores the session in a [`FileStore`](crate::FileStore) or another [`SessionStore`], so that the session
    /// survives a restart and can be shared with other processes. By default, the session is kept only in memory.
    ///
    /// The store is not read until a call needs the session. See [`Session`](Session#stores) for the guarantees that a
    /// store provides. If clients that share a session set different stores, the session uses the one that was set
    /// first.
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

    /// Sets how long in advance the event [`SessionEvent::Ending`](crate::SessionEvent::Ending) announces the end of a
    /// login. The default duration is one tenth of the login's lifetime as reported by the server, but at most one day.
    /// If clients that share a session set different durations, the session uses the one that was set first.
    ///
    /// If `ahead` is longer than the lifetime of the login, `SessionEvent::Ending` is emitted immediately after the
    /// login.
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

    /// Shares a session with other clients. Clients that share a session also share the session's logins and refreshes.
    ///
    /// If clients that share a session set different refresh mechanisms, the session uses the one that was set first.
    /// The access token is sent to the origin of every client that shares the session.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Sets the status codes that indicate that the credential is no longer valid. By default, the status codes
    /// declared by the API are used, or 401 and 403 if the API declares none. A 2xx status code has an effect only if
    /// an [`expired_when`](Self::expired_when) rule also returns `true`.
    pub fn refresh_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.settings.refresh_on = Some(self.checked("refresh_on", statuses).into());
        self
    }

    /// Adds a rule that recognizes an expired credential. `rule` is called for each response whose status code is one
    /// of the [`refresh_on`](Self::refresh_on) status codes. If `rule` returns `true`, the credential is refreshed,
    /// even after a 403 response that would otherwise be returned to the caller. The credential is refreshed if any
    /// rule, or any condition in the API's `expired_when(...)`, matches the response. By default, there are no rules.
    ///
    /// The rules receive the body of a streamed 2xx response only if the body is JSON.
    ///
    /// If `rule` panics, the response is returned unchanged, and
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

    /// Adds a rule that recognizes a refusal unrelated to the credential, such as one caused by a missing CSRF token or
    /// a firewall. If `rule` returns `true`, the credential is not refreshed, regardless of all other rules. In all
    /// other respects, a `forbidden_when` rule works like an [`expired_when`](Self::expired_when) rule.
    pub fn forbidden_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Rejection) -> bool + Send + Sync + 'static,
    {
        self.settings.forbidden_when.push(Arc::new(rule));
        self
    }

    /// Sets the authentication scheme that precedes the token in the header. If the scheme is empty, the header
    /// contains only the token. The default scheme is the one that the API declares. If the API declares no scheme, the
    /// default scheme is the session's token type, or `Bearer` if the token type is unknown.
    pub fn scheme(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        let scheme = scheme.into();
        if !scheme.is_empty() && !is_scheme(&scheme) {
            self.fail("the scheme is not a valid authentication scheme. Use a scheme such as `Bearer`");
        }
        self.settings.scheme = Some(scheme);
        self
    }

    /// Sets the header that carries the access token. By default, the access token is sent in the header that the API
    /// declares, or in `authorization` if the API declares no header.
    pub fn token_header<N>(mut self, name: N) -> Self
    where
        HeaderName: TryFrom<N>,
    {
        match HeaderName::try_from(name) {
            Ok(name) => self.settings.token_header = Some(name),
            Err(_) => self.fail(
                "the name of the token header is not a valid header name. Use a name such as `x-auth-token`",
            ),
        }
        self
    }

    /// Sets the function that refreshes the session, instead of a `#[refresh]` method. The runtime calls the `refresh`
    /// function once for all waiting calls, and never runs two refreshes of a session concurrently. The `refresh`
    /// function must finish within 10 s and must not await a call that uses the same session.
    ///
    /// If the `refresh` function returns an error, the session is kept so that a later call can retry the refresh. If
    /// the `refresh` function returns [`Error::session_expired`], the session ends. The session also ends if the
    /// returned error comes from a call to another API and the response to that call contains the error code
    /// `invalid_grant`. If both `refresh_with` and [`refresher`](Self::refresher) are called, the last call takes
    /// effect.
    pub fn refresh_with<F, R, T>(mut self, refresh: F) -> Self
    where
        F: Fn(Session) -> R + Send + Sync + 'static,
        R: Future<Output = Result<T>> + Send + 'static,
        T: AsTokens,
    {
        self.refresh.set_refresher(Arc::new(ByFunction(refresh)));
        self
    }

    /// Sets the [`Refresher`] that refreshes the session, instead of a `#[refresh]` method. The refresher can be an
    /// OAuth 2.0 grant from [`oauth2`](crate::oauth2) or a type of your own.
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

    /// Sets the function that revokes tokens on the server. [`Session::revoke`] calls the function. If a refresh
    /// returns tokens after a logout or a new login, the runtime also calls the `revoke` function to revoke these
    /// tokens. The default is [`Refresher::revoke`]. With a `#[refresh]` method, no tokens are revoked by default.
    ///
    /// No call waits for the `revoke` function, which must finish within 10 s. If the `revoke` function returns an
    /// error, [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked) is emitted. The tokens passed to the
    /// `revoke` function do not include cookies.
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
            // The user's function is called in a separate task, so it cannot delay the code that starts the revocation.
            session.start_revocation(async move { revoke(tokens).await })
        }));
        self
    }

    /// Sets the status codes that end the session when the refresh endpoint returns them, regardless of the error code
    /// in the response. By default, the status codes declared by the API are used. If the API declares no status codes,
    /// 401 and 403 end a session that is refreshed with a cookie. If no status codes are set or declared, a session
    /// that is refreshed with a token ends only if the refresh response contains an error code such as `invalid_grant`.
    /// A refresh response that is a web page never ends the session.
    ///
    /// The token endpoint of a [grant](crate::oauth2) is also a refresh endpoint. If a [`Refresher`] returns an error
    /// that contains a server's response, the status codes of `session_ends_on` also apply to this response.
    pub fn session_ends_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.refresh.session_ends_on = Some(self.checked("session_ends_on", statuses));
        self
    }

    /// Returns the valid statuses. If a status code is invalid, `build` returns an error.
    fn checked(&mut self, setting: &str, statuses: impl IntoIterator<Item = u16>) -> Vec<StatusCode> {
        let mut checked = Vec::new();
        for status in statuses {
            match StatusCode::from_u16(status) {
                Ok(code) if status < 600 => checked.push(code),
                _ => {
                    self.fail(format!(
                        "`{setting}` contains {status}, which is not a status code from 100 to 599"
                    ));
                }
            }
        }
        checked
    }
}
