//! Implements the last step of every login: requests the tokens and makes them the session's credential.
//!
//! The token request is sent without a session, by the HTTP client of the [`Server`](super::Server). The token request
//! contains neither an old token nor default headers, and redirects are not followed.

use std::pin::pin;
use std::time::Duration;

use http::StatusCode;

use super::app::App;
use super::authorization_answer::AuthorizationCode;
use super::authorization_error::{AuthorizationError, unavailable, unavailable_by, untrusted};
use super::authorization_request::AuthorizationRequest;
use super::endpoint_url::{PlainHttp, endpoint_url};
use crate::error::{Error, Result, Stamp};
use crate::format::retry_after::retry_after;
use crate::platform::deadline::within;
use crate::platform::url::Url;
use crate::refresh::error_response::{is_error, is_temporary};
use crate::refresh::session_outcome::SessionOutcome;
use crate::refresh::token_request::{EndpointResponse, NoResponse, ask};
use crate::response::answer::Answer;
use crate::response::reading::BySerde;
use crate::session::{Session, Tokens};
use crate::trace::SendSpans;
use crate::transport::call_info::CallKind;
use crate::transport::upstream::Upstream;

/// The time limit for the request that exchanges an authorization code for tokens. The time limit is long because an
/// authorization code can be sent only once.
const DEADLINE: Duration = Duration::from_secs(30);

/// An endpoint for login requests, with the HTTP client that sends these requests.
pub(super) struct LoginEndpoint<'a> {
    app: &'a App,
    url: Url,
    upstream: Upstream,
}

/// The outcome of a request that is part of a login.
pub(super) enum EndpointAnswer {
    /// A successful response that has not been parsed yet.
    Answered(EndpointResponse),
    /// The server refused the request with an OAuth error response.
    Refused(AuthorizationError),
    /// The endpoint did not respond, or it responded with status 408, 425, 429 or 5xx.
    NoAnswer(NoAnswer),
    /// The server's response violates the protocol.
    Invalid(Error),
}

/// Describes why a request did not receive a usable response.
pub(super) struct NoAnswer {
    pub(super) error: Error,
    /// The wait that the server requested with `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    /// Whether the wait before the next request must increase. The wait must increase if the endpoint did not respond
    /// in time or is rate-limiting requests.
    pub(super) is_overload: bool,
}

impl App {
    /// Exchanges the authorization code for tokens, which become the credential of `session`. `begun` identifies the
    /// session's state at the start of the login, so that a logout that happens during the login is detected.
    pub(super) async fn log_in_with_code(
        &self,
        request: &AuthorizationRequest,
        code: &AuthorizationCode,
        session: &Session,
        begun: Stamp,
    ) -> Result<Tokens> {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", &code.0),
            ("redirect_uri", &request.redirect_uri),
            ("code_verifier", &request.verifier),
        ];
        let secrets = [&*code.0, &request.verifier, &request.state];
        let tokens = match self
            .token_endpoint()?
            .ask(&self.token_parameters(&grant), &secrets, DEADLINE)
            .await
        {
            EndpointAnswer::Answered(response) => tokens_of(response)?,
            EndpointAnswer::Refused(error) => return Err(error.into_denied()),
            EndpointAnswer::NoAnswer(NoAnswer { error, .. }) => {
                let text = format!(
                    "the server's response to the code exchange was lost ({error}). An authorization code can be used only once, so log in again"
                );
                return Err(unavailable_by(text, error));
            }
            EndpointAnswer::Invalid(error) => return Err(error),
        };
        begin_session(session, begun, tokens).await
    }

    /// Returns the parameters of a token request: the parameters of `grant` and the app's resources.
    pub(super) fn token_parameters<'a>(&'a self, grant: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        grant.iter().copied().chain(self.resources.iter().map(|resource| ("resource", &**resource))).collect()
    }

    pub(super) fn token_endpoint(&self) -> Result<LoginEndpoint<'_>> {
        let url = self.server.metadata.token_endpoint.as_deref().unwrap_or_default();
        LoginEndpoint::new(self, url, "the token endpoint")
    }
}

impl<'a> LoginEndpoint<'a> {
    /// Creates the endpoint. `which` names the endpoint in error messages.
    pub(super) fn new(app: &'a App, url: &str, which: &str) -> Result<Self> {
        let url = endpoint_url(url, which, PlainHttp::Refused("Use https"))?;
        let upstream = app.server.upstream(&url)?;
        Ok(Self { app, url, upstream })
    }

    /// Sends one request with the app's authentication. The error messages in the outcome do not contain any part of a
    /// secret.
    pub(super) async fn ask(
        &self,
        params: &[(&str, &str)],
        secrets: &[&str],
        deadline: Duration,
    ) -> EndpointAnswer {
        let endpoint = match self.app.endpoint() {
            Ok(endpoint) => endpoint,
            Err(error) => return EndpointAnswer::Invalid(error),
        };
        let mut request = endpoint.request(CallKind::Login, self.url.clone(), params.iter().copied());
        let spans = SendSpans::new(None);
        let asked = pin!(ask(&self.upstream, &mut request, None, &spans));
        match within(deadline, asked).await {
            Some(Ok(response)) => self.classify(response, secrets),
            Some(Err(NoResponse::Unsent(error) | NoResponse::Unanswered(error))) => {
                let is_overload = error.is_timeout();
                EndpointAnswer::NoAnswer(NoAnswer { error, retry_after: None, is_overload })
            }
            Some(Err(NoResponse::Final(error))) => {
                EndpointAnswer::Invalid(untrusted(error.to_string()).with_source(error))
            }
            None => {
                let error = unavailable("the server did not answer in time. Try again later");
                EndpointAnswer::NoAnswer(NoAnswer { error, retry_after: None, is_overload: true })
            }
        }
    }

    fn classify(&self, response: EndpointResponse, secrets: &[&str]) -> EndpointAnswer {
        let EndpointResponse { status, headers, body } = &response;
        let path = self.url.path();
        let error = || unavailable(format!("`{path}` answered {status}"));
        if status.is_success() && !is_error(headers, body) {
            return EndpointAnswer::Answered(response);
        }
        if is_temporary(*status) {
            let is_overload = *status == StatusCode::TOO_MANY_REQUESTS;
            return EndpointAnswer::NoAnswer(NoAnswer {
                error: error(),
                retry_after: retry_after(headers),
                is_overload,
            });
        }
        if status.is_redirection() {
            return EndpointAnswer::Invalid(untrusted(format!(
                "`{path}` answered {status}. Redirects are not followed"
            )));
        }
        let secrets: Vec<&str> = secrets.iter().copied().chain([self.app.secret_text()]).collect();
        EndpointAnswer::Refused(AuthorizationError::of_answer(*status, headers, body, &secrets))
    }
}

pub(super) fn tokens_of(response: EndpointResponse) -> Result<Tokens> {
    let EndpointResponse { status, headers, body } = response;
    let answer = Answer::whole(status, headers, body).with_secrets();
    <Result<Tokens> as SessionOutcome<BySerde>>::tokens_of(&answer)
}

/// Makes the tokens the session's credential, just as a `#[login]` method does.
pub(super) async fn begin_session(session: &Session, begun: Stamp, tokens: Tokens) -> Result<Tokens> {
    session.log_in(Some(begun), tokens.clone(), &[])?;
    session.saved().await?;
    Ok(tokens)
}

#[cfg(test)]
mod tests;
