//! The two grants that need nobody at a browser: [`RefreshTokenGrant`] and [`ClientCredentials`].

use super::token_endpoint::{ClientAuth, TokenEndpoint};
use crate::error::{Error, Kind, Result};
use crate::refresh::refresher::{RefreshContext, Refresher};
use crate::refresh::session_outcome::SessionOutcome;
use crate::refresh::token_request::TokenRequest;
use crate::response::reading::BySerde;
use crate::session::{Attempt, Tokens};
use crate::trace::SendSpans;
use crate::transport::transport::Transport;

/// Refreshes by the refresh token of the session (RFC 6749 §6).
///
/// The session needs one to begin with; while it has none, a refused call's answer is its own. A refresh
/// token that comes with the new access token takes the place of the old one; if none comes, the old one
/// stays.
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
#[must_use = "a grant does nothing until a client is built with it"]
pub struct RefreshTokenGrant(TokenEndpoint);

/// Gets access tokens for the program itself (RFC 6749 §4.4).
///
/// Nobody logs in: the first call that needs a token gets one, once for everybody who waits, and so does
/// the first after it has expired or was refused. A failure, `invalid_client` too, is told as
/// [`is_refresh`](crate::Error::is_refresh): there is nobody who could log in again, and a client that is
/// registered anew works again without a restart. A session that is cleared gets a new token with the next
/// call.
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
#[must_use = "a grant does nothing until a client is built with it"]
pub struct ClientCredentials(TokenEndpoint);

impl RefreshTokenGrant {
    /// Asks the token endpoint at this URL (RFC 6749 §3.2).
    ///
    /// It may have a query, but no fragment. Unless it is on this machine it must be https. What is wrong
    /// with it is told when the client is built.
    pub fn new(token_endpoint: impl AsRef<str>) -> Self {
        Self(TokenEndpoint::new(token_endpoint.as_ref()))
    }

    /// The client's id (RFC 6749 §2.2). Without a secret it is a public client, whose id is sent in the body.
    /// Default: none is sent.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.0.client_id = Some(id.into());
        self
    }

    /// The client's secret; it needs an id. Default: none.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.0.client_secret = Some(secret.into());
        self
    }
}

impl ClientCredentials {
    /// Asks the token endpoint at this URL (RFC 6749 §3.2) as this client.
    ///
    /// The URL may have a query, but no fragment. Unless it is on this machine it must be https. What is
    /// wrong with it is told when the client is built.
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
            /// How the client shows its secret. Default: [`ClientAuth::Basic`].
            pub fn auth(mut self, auth: ClientAuth) -> Self {
                self.0.auth = auth;
                self
            }

            /// The scope to ask for, names with spaces between them (RFC 6749 §3.3). Default: none, which
            /// leaves it to the server.
            pub fn scope(mut self, scope: impl Into<String>) -> Self {
                self.0.set("scope", scope.into());
                self
            }

            /// A resource that the token is for, by its absolute URI (RFC 8707 §2); called again, one more.
            pub fn resource(mut self, resource: impl Into<String>) -> Self {
                self.0.params.push(("resource".to_owned(), resource.into()));
                self
            }

            /// The `audience` that some servers want instead of a resource.
            pub fn audience(mut self, audience: impl Into<String>) -> Self {
                self.0.set("audience", audience.into());
                self
            }

            /// A further parameter of the token request; called again, one more, of the same name too.
            pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.0.params.push((name.into(), value.into()));
                self
            }

            /// Where tokens are revoked that nobody wants any more (RFC 7009): those of a refresh that came
            /// back after a logout or another login, and those of
            /// [`Session::revoke`](crate::Session::revoke). Default: nowhere.
            ///
            /// The refresh token is revoked, and the access token if there is no other.
            pub fn revocation_endpoint(mut self, url: impl Into<String>) -> Self {
                self.0.revocation_url = Some(url.into());
                self
            }

            /// Sends through this client of reqwest's. Default: the transport of the client that the grant is
            /// given to.
            ///
            /// Build it with `redirect(Policy::none())`: see
            /// [`ClientBuilder::http`](crate::ClientBuilder::http).
            pub fn http(mut self, client: reqwest::Client) -> Self {
                self.0.transport = Some(Transport::given(client));
                self
            }

            /// Allows endpoints with plain `http` on a host that is not this machine. Everybody on the way
            /// can then read the secrets.
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
            return Err(Error::new(Kind::Refresh, "the session has no refresh token"));
        };
        let grant = [("grant_type", "refresh_token"), ("refresh_token", secret.secret())];
        match exchange(&self.0, &grant, context).await? {
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
        match exchange(&self.0, &[("grant_type", "client_credentials")], context).await? {
            Attempt::Refreshed { tokens, .. } => Ok(tokens),
            // No answer ends what needs no login.
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

async fn exchange(
    endpoint: &TokenEndpoint,
    grant: &[(&str, &str)],
    context: RefreshContext<'_>,
) -> Result<Attempt> {
    let (upstream, request) = endpoint.token_request(grant, context)?;
    let presentation = TokenRequest {
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
    Ok(presentation.run().await)
}
