//! [`StepUpDemand`] converts an API's demand, such as an additional scope, into login parameters.

use crate::auth::challenge::challenges;
use crate::error::{Error, Rejection, Result};
use crate::oauth2::app::App;
use crate::session::Session;

/// A demand, such as an additional scope, that an API states in the `WWW-Authenticate` header (RFC 6750 §3, RFC 9470
/// §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StepUpDemand {
    scope: Option<String>,
    acr_values: Option<String>,
    /// The maximum age of a login, in seconds.
    max_age: Option<String>,
}

impl StepUpDemand {
    pub(super) fn of(error: &Error) -> Result<Self> {
        // The headers of the response that refused the call take precedence over the error's own headers, which can
        // come from a later refresh.
        let headers = error.rejection().map(Rejection::headers).or_else(|| error.headers());
        let demands = headers.into_iter().flat_map(challenges).filter_map(|challenge| {
            let parameter = |wanted: &str| {
                challenge.parameter(wanted).filter(|value| !value.is_empty()).map(str::to_owned)
            };
            match parameter("error")?.as_str() {
                "insufficient_scope" | "insufficient_user_authentication" => Some(Self {
                    scope: parameter("scope"),
                    acr_values: parameter("acr_values"),
                    max_age: parameter("max_age").filter(|age| age.bytes().all(|byte| byte.is_ascii_digit())),
                }),
                _ => None,
            }
        });
        demands.into_iter().find(|demand| *demand != Self::default()).ok_or_else(|| {
            Error::request(
                "the error does not demand a new login: it has no challenge with `insufficient_scope` or \
                 `insufficient_user_authentication` that names a scope, `acr_values` or `max_age`. \
                 Log in without `challenge`",
            )
        })
    }
}

impl App {
    /// Returns the parameters for a login that satisfies the API's `demand`.
    pub(super) fn meeting(&self, demand: &StepUpDemand, session: &Session) -> Vec<(&'static str, String)> {
        let granted = session.tokens().and_then(|tokens| tokens.scope().map(str::to_owned));
        let scope = demand.scope.as_ref().map(|demanded| {
            let known = [self.scope.as_deref(), granted.as_deref(), Some(demanded)];
            let mut names: Vec<&str> = Vec::new();
            for name in known.into_iter().flatten().flat_map(str::split_ascii_whitespace) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names.join(" ")
        });
        let parameters = [
            ("scope", scope),
            ("acr_values", demand.acr_values.clone()),
            ("max_age", demand.max_age.clone()),
        ];
        parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
