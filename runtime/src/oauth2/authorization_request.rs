//! Builds the authorization request (RFC 6749 §4.1.1): the URL where a user logs in, and the data that the program must
//! keep until the response arrives.

use std::fmt;

use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use super::app::App;
use super::pkce::{METHOD, challenge, random_text};
use crate::error::Result;
use crate::platform::url::Url;

/// The data that a program must keep while a login is in progress. [`Redirect::start`](super::Redirect::start) returns
/// an `AuthorizationRequest`, which [`Redirect::finish`](super::Redirect::finish) takes as an argument.
///
/// Store the `AuthorizationRequest` in the user's web session: on your server, or encrypted in a cookie. Storing the
/// `AuthorizationRequest` in the user's web session ensures that a response to another user's login is rejected. An
/// `AuthorizationRequest` contains secrets (the `state` and the PKCE verifier), which `Serialize` writes and `Debug`
/// omits. Use an `AuthorizationRequest` only once, and remove it from the user's web session before you call
/// [`finish`](super::Redirect::finish).
#[derive(Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub(super) state: String,
    pub(super) verifier: String,
    pub(super) redirect_uri: String,
    /// The server's issuer, or its token endpoint if the issuer is unknown. The runtime accepts a response only from
    /// this server.
    pub(super) server: String,
}

impl App {
    /// Builds the URL where a user logs in, and the data that the program must keep until the response arrives.
    /// Parameters in `replacing`, such as a new `scope`, override the app's parameters with the same name.
    pub(super) fn authorization_request(
        &self,
        redirect_uri: &str,
        replacing: &[(&str, &str)],
    ) -> Result<(String, AuthorizationRequest)> {
        self.check_settings()?;
        let endpoint = self.server.metadata.authorization_url()?;
        let request = AuthorizationRequest {
            state: random_text()?,
            verifier: random_text()?,
            redirect_uri: redirect_uri.to_owned(),
            server: self.server.metadata.identity().to_owned(),
        };
        let parameters = self.authorization_parameters(&request, replacing);
        Ok((with_parameters(endpoint, &parameters).into(), request))
    }

    fn authorization_parameters(
        &self,
        request: &AuthorizationRequest,
        replacing: &[(&str, &str)],
    ) -> Vec<(String, String)> {
        let of_the_runtime = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &request.redirect_uri),
            ("state", &request.state),
            ("code_challenge", &challenge(&request.verifier)),
            ("code_challenge_method", METHOD),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let replaced = |name: &str| replacing.iter().any(|(other, _)| *other == name);
        let of_the_app = self.login_parameters().into_iter().filter(|(name, _)| !replaced(name));
        let replacing = replacing.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        of_the_runtime.into_iter().chain(of_the_app).chain(replacing).collect()
    }

    /// Returns the login parameters that the program has set. Every kind of login sends these parameters.
    pub(super) fn login_parameters(&self) -> Vec<(String, String)> {
        let scope = self.scope.iter().map(|scope| ("scope".to_owned(), scope.clone()));
        let resources = self.resources.iter().map(|resource| ("resource".to_owned(), resource.clone()));
        scope.chain(resources).chain(self.params.iter().cloned()).collect()
    }
}

/// Adds `parameters` to the endpoint's query (RFC 6749 §3.1). Each parameter replaces any query parameters with the
/// same name.
fn with_parameters(mut url: Url, parameters: &[(String, String)]) -> Url {
    let known = |name: &str| parameters.iter().any(|(other, _)| other == name);
    let mut query = Serializer::new(String::new());
    query.extend_pairs(url.query_pairs().filter(|(name, _)| !known(name))).extend_pairs(parameters);
    let query = query.finish();
    url.set_query(Some(&query));
    url
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("server", &self.server)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
