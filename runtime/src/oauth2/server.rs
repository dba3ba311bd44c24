//! [`Server`] is an authorization server where users log in.

use http::HeaderMap;

use super::metadata::Metadata;
use crate::error::Result;
use crate::platform::url::Url;
use crate::transport::origin::Origin;
use crate::transport::transport::Transport;
use crate::transport::upstream::Upstream;

/// An authorization server where users log in (RFC 6749 §1.1).
///
/// [`discover`](Self::discover) reads the endpoints from the server's metadata. If the server does not publish
/// metadata, set the endpoints yourself:
///
/// ```
/// use afresh::oauth2::Server;
///
/// let server = Server::new("https://id.example/authorize", "https://id.example/token")
///     .device_endpoint("https://id.example/device")
///     .revocation_endpoint("https://id.example/revoke")
///     .issuer("https://id.example");
/// let app = server.client("my-cli");
/// ```
///
/// Endpoints must use https, unless their host is a loopback host. If a URL is invalid,
/// [`build`](crate::ClientBuilder::build) and the login return an error.
#[derive(Clone, Debug)]
#[must_use = "call `client`"]
pub struct Server {
    pub(super) metadata: Metadata,
    pub(super) http: Option<Transport>,
}

impl Server {
    /// Creates a server with the given endpoints (RFC 6749 §3.1 and §3.2).
    pub fn new(authorization_endpoint: impl Into<String>, token_endpoint: impl Into<String>) -> Self {
        let metadata = Metadata {
            authorization_endpoint: Some(authorization_endpoint.into()),
            token_endpoint: Some(token_endpoint.into()),
            ..Metadata::default()
        };
        Self { metadata, http: None }
    }

    /// Sets the device authorization endpoint (RFC 8628 §3.1), which [`App::device`](super::App::device) uses.
    pub fn device_endpoint(mut self, url: impl Into<String>) -> Self {
        self.metadata.device_authorization_endpoint = Some(url.into());
        self
    }

    /// Sets the endpoint that revokes tokens (RFC 7009). [`Session::revoke`](crate::Session::revoke) uses this
    /// endpoint. The runtime also uses the revocation endpoint for tokens that arrive after a logout.
    pub fn revocation_endpoint(mut self, url: impl Into<String>) -> Self {
        self.metadata.revocation_endpoint = Some(url.into());
        self
    }

    /// Sets the server's issuer identifier. If a login response names an issuer (`iss`, RFC 9207), that issuer must
    /// exactly match the issuer that is set here.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.metadata.issuer = Some(issuer.into());
        self
    }

    /// Sets the reqwest client for login requests. By default, the runtime creates an HTTP client for login requests.
    /// Refreshes use the transport of the API client.
    ///
    /// Build the reqwest client with `redirect(Policy::none())`. [`ClientBuilder::http`](crate::ClientBuilder::http)
    /// explains the reason.
    #[cfg(not(target_family = "wasm"))]
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.http = Some(Transport::given(client));
        self
    }

    /// Returns an `Upstream` without a session and without default headers, for requests to `url`.
    pub(super) fn upstream(&self, url: &Url) -> Result<Upstream> {
        upstream(self.http.as_ref(), url)
    }
}

/// Returns the `Upstream` for requests to `url`. The requests are sent with the transport `http`, or with a client that
/// the runtime creates if `http` is `None`.
pub(super) fn upstream(http: Option<&Transport>, url: &Url) -> Result<Upstream> {
    let transport = match http {
        Some(transport) => transport.clone(),
        None => Transport::own(url)?,
    };
    Ok(Upstream {
        follows_redirects: transport.follows_redirects(),
        transport,
        origin: Origin::of(url),
        base: url.clone(),
        headers: HeaderMap::new(),
        host: None,
    })
}
