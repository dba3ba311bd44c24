//! [`Metadata`] reads and checks an authorization server's metadata (RFC 8414, `OpenID` Connect Discovery 1.0).

use serde::Deserialize;

use super::authorization_error::untrusted;
use super::description::description;
use super::endpoint_url::{PlainHttp, endpoint_url};
use crate::error::{Error, Result};
use crate::format::charset::without_bom;
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;

/// The metadata fields that a login needs.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: Option<String>,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
    pub(super) device_authorization_endpoint: Option<String>,
    pub(super) revocation_endpoint: Option<String>,
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    pub(super) authorization_response_iss_parameter_supported: Option<bool>,
}

const HTTPS: PlainHttp = PlainHttp::Refused("Use https");

impl Metadata {
    /// Parses and checks the metadata document of `issuer`. The document must contain `issuer` (RFC 8414 §3.3), and
    /// each endpoint in the document must use https or be on a loopback host.
    pub(super) fn read(issuer: &str, body: &[u8]) -> Result<Self> {
        let metadata: Self = serde_json::from_slice(without_bom(body)).map_err(|error| {
            untrusted("the metadata of the authorization server is not valid JSON. Check the issuer")
                .with_source(error)
        })?;
        metadata.check_issuer(issuer)?;
        metadata.check_endpoints(issuer)?;
        Ok(metadata)
    }

    fn check_issuer(&self, expected: &str) -> Result<()> {
        let Some(named) = &self.issuer else {
            return Err(untrusted(format!(
                "the metadata of the authorization server has no issuer. `{expected}` was expected"
            )));
        };
        if named == expected {
            return Ok(());
        }
        let named = description(named, &[]).unwrap_or_default();
        Err(untrusted(format!(
            "the metadata of the authorization server names the issuer `{named}`, not `{expected}`. The two issuers must match \
         exactly"
        )))
    }

    /// Checks the endpoints in the metadata. If the issuer is not on this machine, every endpoint must use https.
    fn check_endpoints(&self, issuer: &str) -> Result<()> {
        let is_here = Url::parse(issuer).is_ok_and(|url| is_loopback(&url));
        for (which, endpoint) in self.endpoints() {
            let url = endpoint_url(endpoint, which, HTTPS).map_err(|error| untrusted(error.to_string()))?;
            if url.scheme() != "https" && !is_here {
                return Err(untrusted(format!("{which} is plain http. Use https")));
            }
        }
        match self.token_endpoint {
            Some(_) => Ok(()),
            None => Err(untrusted(
                "the metadata of the authorization server has no token endpoint. Set the endpoints with `Server::new`",
            )),
        }
    }

    /// Returns each endpoint with its name for error messages.
    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let endpoints = [
            ("the authorization endpoint", &self.authorization_endpoint),
            ("the token endpoint", &self.token_endpoint),
            ("the device authorization endpoint", &self.device_authorization_endpoint),
            ("the revocation endpoint", &self.revocation_endpoint),
        ];
        endpoints.into_iter().filter_map(|(which, url)| url.as_ref().map(|url| (which, url)))
    }

    /// Checks the endpoints that the program set.
    pub(super) fn check(&self) -> Result<()> {
        self.endpoints().try_for_each(|(which, url)| endpoint_url(url, which, HTTPS).map(drop))
    }

    /// Returns the URL of the endpoint where users log in.
    pub(super) fn authorization_url(&self) -> Result<Url> {
        let methods = self.code_challenge_methods_supported.as_deref();
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == super::pkce::METHOD)) {
            return Err(Error::builder(
                "the authorization server does not support PKCE with S256 (RFC 7636). A login without PKCE is not secure",
            ));
        }
        match &self.authorization_endpoint {
            Some(url) => endpoint_url(url, "the authorization endpoint", HTTPS),
            None => Err(Error::builder(
                "the metadata of the authorization server has no authorization endpoint. Set the endpoints with \
                     `Server::new`",
            )),
        }
    }

    /// Returns the string that identifies a login's server: the server's issuer, or its token endpoint if the issuer is
    /// unknown.
    pub(super) fn identity(&self) -> &str {
        self.issuer.as_deref().or(self.token_endpoint.as_deref()).unwrap_or_default()
    }

    /// Returns whether the metadata states that every authorization response from the server contains its issuer (RFC
    /// 9207 §3).
    pub(super) fn names_issuer_in_answers(&self) -> bool {
        self.authorization_response_iss_parameter_supported == Some(true)
    }
}
