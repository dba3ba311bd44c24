//! The two grants that do not need user interaction: [`RefreshTokenGrant`] and [`ClientCredentials`].

use super::client_auth::ClientAuth;
use super::token_endpoint::TokenEndpoint;
use crate::error::{Error, Kind, Result};
use crate::refresh::refresher::{RefreshContext, Refresher};
use crate::refresh::session_outcome::SessionOutcome;
use crate::refresh::token_request::TokenRequest;
use crate::response::reading::BySerde;
use crate::session::{Attempt, Tokens};
use crate::trace::SendSpans;
#[cfg(not(target_family = "wasm"))]
use crate::transport::transport::Transport;

/// Refreshes the session with its refresh token (RFC 6749 §6).
///
/// The session must have a refresh token. If the session has no refresh token, a refused call fails without a refresh.
/// If a token response contains a new refresh token, the new token replaces the old one.
///
/// ```
/// use afresh::{Client, Tokens, oauth2::{ClientAuth, RefreshTokenGrant}};
///
/// let grant = RefreshTokenGrant::new("https://id.example/oauth/token")
///     .client_id("shop-app")
///     .client_secret("its secret") // leave it out for a public client
///     .auth(ClientAuth::Body)
///     .revocation_endpoint("https://id.example/oauth/revoke");
/// let shop = Client::builder("https://shop.example")
///     .tokens(Tokens::from_refresh("kept from a login"))
///     .refresher(grant)
///     .build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass the grant to `ClientBuilder::refresher`"]
pub struct RefreshTokenGrant(TokenEndpoint);

/// Requests access tokens for the program itself (RFC 6749 §4.4).
///
/// No login is needed. The first call that needs a token sends the token request, and all waiting calls share that
/// request. A new token is requested when the old token has expired or was refused. Every failure, including
/// `invalid_client`, is reported as a failed refresh ([`is_refresh`](crate::Error::is_refresh)), because there is no
/// user who could log in. Later calls request a token again, so the program recovers without a restart once the client
/// is registered again. After [`clear`](crate::Session::clear), the next call requests a new token.
///
/// ```
/// use afresh::{Client, oauth2::ClientCredentials};
///
/// let grant = ClientCredentials::new("https://id.example/oauth/token", "billing", "its secret")
///     .scope("orders:read orders:write")
///     .audience("https://shop.example");
/// let shop = Client::builder("https://shop.example").refresher(grant).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass the grant to `ClientBuilder::refresher`"]
pub struct ClientCredentials(TokenEndpoint);

impl RefreshTokenGrant {
    /// Creates a grant that uses the given token endpoint (RFC 6749 §3.2).
    ///
    /// The URL can have a query but must not have a fragment. The URL must use https unless its host is a loopback
    /// host. [`build`](crate::ClientBuilder::build) returns an error if the URL is invalid.
    pub fn new(token_endpoint: impl AsRef<str>) -> Self {
        Self(TokenEndpoint::new(token_endpoint.as_ref()))
    }

    /// Sets the client identifier (RFC 6749 §2.2). A public client, which has no secret, sends its identifier in the
    /// request body. By default, no identifier is sent.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.0.client_id = Some(id.into());
        self
    }

    /// Sets the client secret. A client with a secret must also have a [`client_id`](Self::client_id). By default, the
    /// client has no secret.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.0.client_secret = Some(secret.into());
        self
    }
}

#[cfg(feature = "login")]
impl RefreshTokenGrant {
    pub(super) fn of(endpoint: TokenEndpoint) -> Self {
        Self(endpoint)
    }
}

impl ClientCredentials {
    /// Creates a grant that requests tokens from the given token endpoint (RFC 6749 §3.2).
    ///
    /// The URL can have a query but must not have a fragment. The URL must use https unless its host is a loopback
    /// host. [`build`](crate::ClientBuilder::build) returns an error if the URL is invalid.
    pub fn new(
        token_endpoint: impl AsRef<str>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        let mut endpoint = TokenEndpoint::new(token_endpoint.as_ref());
        endpoint.client_id = Some(client_id.into());
        endpoint.client_secret = Some(client_secret.into());
        Self(endpoint)
    }
}

macro_rules! settings {
    ($grant:ident) => {
        impl $grant {
            /// Sets how the client authenticates with its secret. Default: [`ClientAuth::Basic`].
            pub fn auth(mut self, auth: ClientAuth) -> Self {
                self.0.auth = auth;
                self
            }

            /// Sets the scope to request, as names separated by spaces (RFC 6749 §3.3). By default, the client does not
            /// send a scope, and the server chooses the scope.
            pub fn scope(mut self, scope: impl Into<String>) -> Self {
                self.0.set("scope", scope.into());
                self
            }

            /// Adds the absolute URI of a resource for which to request a token (RFC 8707 §2). Call this method once
            /// for each resource.
            pub fn resource(mut self, resource: impl Into<String>) -> Self {
                self.0.params.push(("resource".to_owned(), resource.into()));
                self
            }

            /// Sets the `audience` parameter, which some servers use instead of `resource`.
            pub fn audience(mut self, audience: impl Into<String>) -> Self {
                self.0.set("audience", audience.into());
                self
            }

            /// Adds a parameter to the token request. Calling this method twice with the same name adds two parameters.
            pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.0.params.push((name.into(), value.into()));
                self
            }

            /// Sets the endpoint that revokes tokens (RFC 7009). [`Session::revoke`](crate::Session::revoke) uses this
            /// endpoint. The runtime also calls the revocation endpoint if a refresh returns tokens after a logout or a
            /// new login. By default, no revocation endpoint is set, and tokens are not revoked.
            ///
            /// The runtime revokes the refresh token, or the access token if there is no refresh token.
            pub fn revocation_endpoint(mut self, url: impl Into<String>) -> Self {
                self.0.revocation_url = Some(url.into());
                self
            }

            /// Sets the reqwest client for token requests. By default, token requests use the transport of the API
            /// client.
            ///
            /// Build the reqwest client with `redirect(Policy::none())`.
            /// [`ClientBuilder::http`](crate::ClientBuilder::http) explains the reason.
            #[cfg(not(target_family = "wasm"))]
            pub fn http(mut self, client: reqwest::Client) -> Self {
                self.0.transport = Some(Transport::given(client));
                self
            }

            /// Allows plain `http` endpoints on hosts other than loopback hosts. Over plain `http`, any machine on the
            /// network path can read the secrets.
            pub fn allow_http(mut self) -> Self {
                self.0.allow_http = true;
                self
            }
        }
    };
}

settings!(RefreshTokenGrant);
settings!(ClientCredentials);

impl Refresher for RefreshTokenGrant {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        let Some(secret) = context.tokens().and_then(Tokens::refresh_token) else {
            return Err(Error::new(Kind::Refresh, "the session has no refresh token. Log in again"));
        };
        let grant = [("grant_type", "refresh_token"), ("refresh_token", secret.secret())];
        match request_tokens(&self.0, &grant, context).await? {
            Attempt::Refreshed { tokens, .. } => Ok(tokens),
            Attempt::Failed { error, .. } => Err(error),
            Attempt::Rejected(error) if error.is_session_expired() => Err(error),
            Attempt::Rejected(error) => Err(Error::session_expired(error)),
        }
    }

    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        tokens.and_then(Tokens::refresh_token).is_some()
    }

    async fn revoke(&self, context: RefreshContext<'_>) -> Result<()> {
        self.0.revoke(context).await
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }
}

impl Refresher for ClientCredentials {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        match request_tokens(&self.0, &[("grant_type", "client_credentials")], context).await? {
            Attempt::Refreshed { tokens, .. } => Ok(tokens),
            // Client credentials do not depend on a login, so no response from the token endpoint ends the session.
            Attempt::Rejected(error) if error.is_session_expired() => Err(Error::refresh(error)),
            Attempt::Rejected(error) | Attempt::Failed { error, .. } => Err(error),
        }
    }

    fn can_refresh(&self, _: Option<&Tokens>) -> bool {
        true
    }

    async fn revoke(&self, context: RefreshContext<'_>) -> Result<()> {
        self.0.revoke(context).await
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }
}

async fn request_tokens(
    endpoint: &TokenEndpoint,
    grant: &[(&str, &str)],
    context: RefreshContext<'_>,
) -> Result<Attempt> {
    let (upstream, request) = endpoint.token_request(grant, context)?;
    let request = TokenRequest {
        session: context.session,
        stamp: context.stamp,
        upstream: &upstream,
        request,
        tokens_of: <Result<Tokens> as SessionOutcome<BySerde>>::tokens_of,
        cookies: None,
        session_ends: context.session_ends,
        spans: SendSpans::new(None),
        method: None,
    };
    Ok(request.run().await)
}
