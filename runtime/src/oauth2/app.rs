//! A client that is registered at an authorization server: [`App`].

use std::fmt;

use super::client_auth::ClientAuth;
use super::grants::RefreshTokenGrant;
use super::server::Server;
use super::token_endpoint::TokenEndpoint;
use crate::error::{Error, Result};
use crate::refresh::refresher::{RefreshContext, Refresher};
use crate::session::Tokens;

/// A client that is registered at an authorization [`Server`] (RFC 6749 §2): your program, as the server knows it.
///
/// It logs a person in, and as a [`Refresher`] it refreshes and revokes what the login returned:
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
#[must_use = "pass it to `ClientBuilder::refresher`, and log in with it"]
pub struct App {
    pub(super) server: Server,
    pub(super) client_id: String,
    secret: Option<String>,
    auth: Option<ClientAuth>,
    pub(super) scope: Option<String>,
    /// Additional parameters of the requests that begin a login, in order.
    pub(super) params: Vec<(String, String)>,
    pub(super) resources: Vec<String>,
}

/// The parameters that the runtime sets, or that would replace those.
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
    /// A client that is registered at this server with this identifier (RFC 6749 §2.2).
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
    /// The client secret. A program that runs on the machine of a user has none: it is a public client. Default: none.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// How the client authenticates. Default: without a secret, [`ClientAuth::None`]; with one, the first of
    /// [`ClientAuth::Basic`] and [`ClientAuth::Body`] that the server's metadata offers.
    pub fn auth(mut self, auth: ClientAuth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// The requested scope: names separated by spaces (RFC 6749 §3.3). Default: none, so the server chooses.
    ///
    /// Most servers return a refresh token only for `offline_access`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Adds a parameter to the request that begins a login, such as `audience`, `prompt` or `access_type`. The same name
    /// can be added several times.
    ///
    /// The parameters that the runtime sets itself, such as `state`, are refused when the login starts.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// The absolute URI of a resource that the tokens are for (RFC 8707 §2). Each call adds one.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Checks everything that does not depend on the way to log in.
    pub(super) fn check_settings(&self) -> Result<()> {
        self.server.metadata.check()?;
        self.client_auth()?;
        let is_reserved = |name: &str| RESERVED.contains(&name);
        if let Some((name, _)) = self.params.iter().find(|(name, _)| is_reserved(name)) {
            return Err(Error::builder(format!("the runtime sets the parameter `{name}` of a login itself")));
        }
        let fragment = |(name, value): &&(String, String)| {
            name == "response_mode" && !matches!(value.as_str(), "query" | "form_post")
        };
        match self.params.iter().find(fragment) {
            Some(_) => Err(Error::builder("`response_mode` must be `query` or `form_post`")),
            None => Ok(()),
        }
    }

    /// The token endpoint with the authentication of the client, as the grants use it.
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
                Err(Error::builder("this client authentication requires a secret. Set `secret`"))
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

    /// The client secret, which no text may repeat.
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

/// Omits the secret and the parameters, which may hold secrets.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("server", &self.server.metadata.identity())
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
