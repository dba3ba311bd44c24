//! [`App`] is a client that is registered with an authorization server.

use std::fmt;

use super::client_auth::ClientAuth;
use super::grants::RefreshTokenGrant;
use super::server::Server;
use super::token_endpoint::TokenEndpoint;
use crate::error::{Error, Result};
use crate::refresh::refresher::{RefreshContext, Refresher};
use crate::session::Tokens;

/// A client that is registered with an authorization [`Server`] (RFC 6749 §2). An `App` represents your program to the
/// authorization server.
///
/// As a [`Refresher`], an `App` also refreshes and revokes the tokens that a login returns. How an `App` logs a user in
/// depends on the kind of program:
///
/// | program | way to log in |
/// |---|---|
/// | command-line tool, desktop program | [`browser`](App::browser) |
/// | web server | [`redirect`](App::redirect) |
/// | program without a browser | [`device`](App::device) |
///
/// ```
/// # async fn example(server: afresh::oauth2::Server) -> afresh::Result<()> {
/// use afresh::{Client, FileStore};
///
/// let app = server.client("my-cli").scope("orders offline_access");
/// let shop = Client::builder("https://shop.example")
///     .refresher(app.clone())
///     .store(FileStore::new("session.json"))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "pass the app to `ClientBuilder::refresher`, and use the app to log in"]
pub struct App {
    pub(super) server: Server,
    pub(super) client_id: String,
    secret: Option<String>,
    auth: Option<ClientAuth>,
    pub(super) scope: Option<String>,
    /// The additional parameters for login requests, in the order in which the program added them.
    pub(super) params: Vec<(String, String)>,
    pub(super) resources: Vec<String>,
}

/// The login parameters that a program must not add, because they would duplicate or override parameters that the
/// runtime sets.
const RESERVED: [&str; 11] = [
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "request",
    "request_uri",
    "resource",
    "response_type",
    "scope",
    "state",
];

impl Server {
    /// Returns the client that is registered with this server under the identifier `id` (RFC 6749 §2.2).
    pub fn client(&self, id: impl Into<String>) -> App {
        App {
            server: self.clone(),
            client_id: id.into(),
            secret: None,
            auth: None,
            scope: None,
            params: Vec::new(),
            resources: Vec::new(),
        }
    }
}

impl App {
    /// Sets the client secret. Do not set a secret in a program that runs on a user's machine: such a program is a
    /// public client, which cannot keep a secret. By default, the client has no secret.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets the method that the client uses to authenticate to the token endpoint. By default, a client without a
    /// secret uses [`ClientAuth::None`]. A client with a secret uses [`ClientAuth::Basic`], or [`ClientAuth::Body`] if
    /// the server's metadata lists only that authentication method.
    pub fn auth(mut self, auth: ClientAuth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Sets the scope to request, as names separated by spaces (RFC 6749 §3.3). By default, the client does not send a
    /// scope, and the server chooses the scope.
    ///
    /// Most servers return a refresh token only if the scope contains `offline_access`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Adds a parameter, such as `audience`, `prompt` or `access_type`, to the request that begins a login. Calling
    /// this method twice with the same name adds two parameters.
    ///
    /// If the program adds a parameter that the runtime sets itself, such as `state`, the login returns an error.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Adds the absolute URI of a resource for which to request tokens (RFC 8707 §2). Call this method once for each
    /// resource.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Checks the settings that apply to every kind of login.
    pub(super) fn check_settings(&self) -> Result<()> {
        self.server.metadata.check()?;
        self.client_auth()?;
        let is_reserved = |name: &str| RESERVED.contains(&name);
        if let Some((name, _)) = self.params.iter().find(|(name, _)| is_reserved(name)) {
            return Err(Error::builder(format!(
                "the runtime sets the login parameter `{name}` itself. Remove the call of `param` that sets it"
            )));
        }
        let fragment = |(name, value): &&(String, String)| {
            name == "response_mode" && !matches!(value.as_str(), "query" | "form_post")
        };
        match self.params.iter().find(fragment) {
            Some(_) => Err(Error::builder("`response_mode` must be `query` or `form_post`")),
            None => Ok(()),
        }
    }

    /// Returns the token endpoint, configured with this client's authentication.
    pub(super) fn endpoint(&self) -> Result<TokenEndpoint> {
        let metadata = &self.server.metadata;
        let mut endpoint = TokenEndpoint::new(metadata.token_endpoint.as_deref().unwrap_or_default());
        endpoint.revocation_url.clone_from(&metadata.revocation_endpoint);
        endpoint.client_id = Some(self.client_id.clone());
        endpoint.client_secret.clone_from(&self.secret);
        endpoint.auth = self.client_auth()?;
        endpoint.params = self.resources.iter().map(|value| ("resource".to_owned(), value.clone())).collect();
        Ok(endpoint)
    }

    fn client_auth(&self) -> Result<ClientAuth> {
        match (self.auth, &self.secret) {
            (None | Some(ClientAuth::None), None) => Ok(ClientAuth::None),
            (Some(_), None) => {
                Err(Error::builder("this client authentication method requires a secret. Set `secret`"))
            }
            (Some(auth), Some(_)) => Ok(auth),
            (None, Some(_)) => {
                let methods = self.server.metadata.token_endpoint_auth_methods_supported.as_deref();
                ClientAuth::offered(methods).ok_or_else(|| {
                    Error::builder(
                        "the authorization server offers neither `client_secret_basic` nor `client_secret_post`. If it \
                         supports one of them nevertheless, choose it with `auth`",
                    )
                })
            }
        }
    }

    /// Returns the client secret, so that callers can remove it from error messages.
    pub(super) fn secret_text(&self) -> &str {
        self.secret.as_deref().unwrap_or_default()
    }

    fn refresh_grant(&self) -> Result<RefreshTokenGrant> {
        self.endpoint().map(RefreshTokenGrant::of)
    }
}

impl Refresher for App {
    async fn refresh(&self, context: RefreshContext<'_>) -> Result<Tokens> {
        self.refresh_grant()?.refresh(context).await
    }

    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        tokens.and_then(Tokens::refresh_token).is_some()
    }

    async fn revoke(&self, context: RefreshContext<'_>) -> Result<()> {
        self.refresh_grant()?.revoke(context).await
    }

    fn check(&self) -> Result<()> {
        self.check_settings()?;
        self.refresh_grant()?.check()
    }
}

/// The `Debug` output omits the client secret, and also the parameters, because they can contain secrets.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("server", &self.server.metadata.identity())
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
