//! Parses and checks the query of the redirect URL after a login (RFC 6749 §4.1.2, RFC 9207 §2.4).

use std::fmt;

use form_urlencoded::parse;

use super::authorization_error::{AuthorizationError, untrusted};
use super::authorization_request::AuthorizationRequest;
use super::description::description;
use super::metadata::Metadata;
use crate::error::Error;

/// An authorization code, which may be exchanged only once.
pub(super) struct AuthorizationCode(pub(super) String);

#[derive(Debug)]
pub(super) enum AuthorizationAnswer {
    Code(AuthorizationCode),
    /// The query does not belong to this login, for example because its `state` is missing or different. A listener
    /// ignores a query with the wrong `state` and continues to wait.
    Foreign(Error),
    /// The query belongs to this login, but the login failed.
    Failed(Error),
}

impl AuthorizationRequest {
    /// Parses the query of the redirect URL. The query is accepted only if its `state` matches this authorization
    /// request and its `iss`, if present, matches the login's server.
    pub(super) fn answer(&self, metadata: &Metadata, query: &str) -> AuthorizationAnswer {
        let parameters = match Parameters::read(query) {
            Ok(parameters) => parameters,
            Err(error) => return AuthorizationAnswer::Foreign(error),
        };
        match &parameters.state {
            Some(state) if *state == self.state => {}
            Some(_) => return foreign("its `state` is different"),
            None => return foreign("it has no `state`"),
        }
        if let Err(error) = self.check_issuer(metadata, parameters.iss.as_deref()) {
            return AuthorizationAnswer::Failed(error);
        }
        match (parameters.error, parameters.code) {
            (Some(error), code) => {
                let secrets = [&*self.verifier, &*self.state, code.as_deref().unwrap_or_default()];
                let error = AuthorizationError::of(&error, parameters.description.as_deref(), &secrets);
                AuthorizationAnswer::Failed(error.into_denied())
            }
            (None, Some(code)) if !code.is_empty() => AuthorizationAnswer::Code(AuthorizationCode(code)),
            (None, _) => AuthorizationAnswer::Failed(untrusted(
                "the response to the login has neither a code nor an error. Start a new login",
            )),
        }
    }

    /// Checks that the login was started with this server and that the response names this server. If the login and the
    /// response could name different servers, mix-up attacks would be possible (RFC 9700 §4.4).
    fn check_issuer(&self, metadata: &Metadata, iss: Option<&str>) -> Result<(), Error> {
        if self.server != metadata.identity() {
            return Err(untrusted(format!(
                "the login was started with the server `{}`, but its response was checked against the server `{}`. \
                 Use the same server for both",
                self.server,
                metadata.identity()
            )));
        }
        match (iss, &metadata.issuer) {
            (Some(iss), Some(issuer)) if iss != issuer => {
                let iss = description(iss, &[&self.verifier, &self.state]).unwrap_or_default();
                Err(untrusted(format!(
                    "the response to the login is from the issuer `{iss}`, not from `{issuer}`. The two issuers must match \
                     exactly"
                )))
            }
            (None, Some(issuer)) if metadata.names_issuer_in_answers() => Err(untrusted(format!(
                "the response to the login does not name its issuer (`iss`), but the metadata of `{issuer}` promises `iss` in \
                 each response. Check the authorization server"
            ))),
            _ => Ok(()),
        }
    }
}

#[derive(Default)]
struct Parameters {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Parameters {
    /// Reads the parameters. Duplicate parameters are rejected because RFC 6749 §3.1 forbids them and an attacker could
    /// add a second value.
    fn read(query: &str) -> Result<Self, Error> {
        let mut read = Self::default();
        for (name, value) in parse(query.strip_prefix('?').unwrap_or(query).as_bytes()) {
            let place = match &*name {
                "state" => &mut read.state,
                "iss" => &mut read.iss,
                "code" => &mut read.code,
                "error" => &mut read.error,
                "error_description" => &mut read.description,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(untrusted(format!(
                    "the response to the login has the parameter `{name}` twice. Start a new login"
                )));
            }
        }
        Ok(read)
    }
}

fn foreign(why: &str) -> AuthorizationAnswer {
    let text = format!("the response does not belong to this login: {why}. Start a new login");
    AuthorizationAnswer::Foreign(untrusted(text))
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationCode([redacted])")
    }
}
