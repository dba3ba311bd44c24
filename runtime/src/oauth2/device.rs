//! Logs a user in on a second device: [`App::device`] (RFC 8628).

use std::fmt;
use std::future::Future;
use std::time::Duration;

use super::app::App;
use super::authorization_error::{unavailable, unavailable_by};
use super::device_answer::DeviceAnswer;
use super::login::{EndpointAnswer, LoginEndpoint, NoAnswer, begin_session, tokens_of};
use super::polling::Polling;
use crate::error::{Error, Result};
use crate::platform::clock::Now;
use crate::platform::time::sleep;
use crate::session::{Operation, Session, Tokens};

/// The time limit for one request.
const DEADLINE: Duration = Duration::from_secs(10);
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Logs a user in on a second device: [`App::device`].
#[derive(Clone, Debug)]
#[must_use = "call `start`"]
pub struct Device {
    app: App,
}

/// A login on a second device, for which the server has issued a device code. Show [`user_code`](Self::user_code) and
/// [`verification_uri`](Self::verification_uri) to the user, and then call [`finish`](Self::finish).
pub struct DeviceCode {
    app: App,
    answer: DeviceAnswer,
    begun: Now,
}

impl App {
    /// Logs a user in on a second device, such as a phone (RFC 8628). Use this login in programs that cannot open a
    /// browser, for example because they run over SSH.
    ///
    /// ```no_run
    /// # async fn example(app: afresh::oauth2::App, shop: afresh::Client) -> afresh::Result<()> {
    /// let code = app.device().start().await?;
    /// eprintln!("Open {} and enter the code {}", code.verification_uri(), code.user_code());
    /// code.finish(shop.session()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn device(&self) -> Device {
        Device { app: self.clone() }
    }
}

impl Device {
    /// Requests a device code from the server (RFC 8628 §3.1).
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the server refused the login, for example because the client is
    ///   not allowed to use device codes.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the server is unreachable, or it has no device
    ///   authorization endpoint.
    /// - [`is_builder`](Error::is_builder): a URL or a parameter is invalid.
    pub fn start(self) -> Operation<impl Future<Output = Result<DeviceCode>> + Send + 'static> {
        Operation::new(async move {
            let answer = self.app.ask_for_device_code().await?;
            Ok(DeviceCode { app: self.app, answer, begun: Now::read() })
        })
    }
}

impl App {
    async fn ask_for_device_code(&self) -> Result<DeviceAnswer> {
        self.check_settings()?;
        let Some(url) = &self.server.metadata.device_authorization_endpoint else {
            return Err(unavailable(
                "the server has no device authorization endpoint, so it does not support logins with a device code. \
                 Set the endpoint with `Server::device_endpoint`, or choose another kind of login",
            ));
        };
        let endpoint = LoginEndpoint::new(self, url, "the device authorization endpoint")?;
        let parameters = self.login_parameters();
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
        match endpoint.ask(&parameters, &[], DEADLINE).await {
            EndpointAnswer::Answered(response) => DeviceAnswer::read(&response.headers, &response.body),
            EndpointAnswer::Refused(error) => Err(error.into_denied()),
            EndpointAnswer::NoAnswer(NoAnswer { error, .. }) => {
                Err(unavailable_by(format!("the request for a device code failed ({error})"), error))
            }
            EndpointAnswer::Invalid(error) => Err(error),
        }
    }
}

impl DeviceCode {
    /// Returns the code that the user enters.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.answer.user_code
    }

    /// Returns the URL where the user enters the code.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.answer.verification_uri
    }

    /// Returns a URL that contains the user code, for a QR code or a link. Returns `None` if the server did not send a
    /// URL that contains the user code.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.answer.verification_uri_complete.as_deref()
    }

    /// Returns the lifetime of the device code and the user code, measured from the call to [`start`](Device::start).
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.answer.lifetime
    }

    /// Waits until the user has logged in. Before the future completes, the tokens become the credential of `session`.
    ///
    /// `finish` polls the token endpoint as often as the server allows. If a response is lost or has the status 429 or
    /// 5xx, `finish` keeps waiting. `finish` stops waiting when the device code expires.
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the user or the server refused the login.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the device code has expired.
    /// - An error of any other kind means that a logout happened during the login, or that the store failed.
    pub fn finish(
        self,
        session: &Session,
    ) -> Operation<impl Future<Output = Result<Tokens>> + Send + 'static> {
        let session = session.clone();
        Operation::new(async move {
            let begun = session.snapshot().stamp;
            let tokens = self.poll().await?;
            begin_session(&session, begun, tokens).await
        })
    }

    /// Requests the tokens repeatedly until the user has accepted or refused the login (RFC 8628 §3.4 and §3.5).
    async fn poll(&self) -> Result<Tokens> {
        let endpoint = self.app.token_endpoint()?;
        let secret = &*self.answer.device_code;
        let grant = self.app.token_parameters(&[("grant_type", GRANT_TYPE), ("device_code", secret)]);
        let mut polling = Polling::new(self.answer.interval);
        let mut last_failure = None;
        loop {
            let left = self.left();
            sleep(polling.wait().min(left)).await;
            let left = self.left();
            if left.is_zero() {
                return Err(expired(last_failure));
            }
            match endpoint.ask(&grant, &[secret], DEADLINE.min(left)).await {
                EndpointAnswer::Answered(response) => return tokens_of(response),
                EndpointAnswer::Refused(error) if error.is("authorization_pending") => polling.answered(),
                EndpointAnswer::Refused(error) if error.is("slow_down") => polling.slow_down(),
                EndpointAnswer::Refused(error) if error.is("expired_token") => return Err(expired(None)),
                EndpointAnswer::Refused(error) => return Err(error.into_denied()),
                EndpointAnswer::NoAnswer(answer) => {
                    polling.no_answer(&answer);
                    last_failure = Some(answer.error);
                }
                EndpointAnswer::Invalid(error) => return Err(error),
            }
        }
    }

    /// Returns the remaining lifetime of the device code. The age of the device code includes any time during which the
    /// machine was suspended.
    fn left(&self) -> Duration {
        let now = Now::read();
        let age = now.ticks.saturating_duration_since(self.begun.ticks) + now.slept_since(self.begun);
        self.answer.lifetime.saturating_sub(age)
    }
}

fn expired(last_failure: Option<Error>) -> Error {
    let text = "the code expired before the user confirmed the login. Begin a new login";
    match last_failure {
        Some(error) => {
            unavailable_by(format!("{text}. The last request to the server failed: {error}"), error)
        }
        None => unavailable(text),
    }
}

/// The `Debug` output omits the device code and the user code.
impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("verification_uri", &self.answer.verification_uri)
            .field("expires_in", &self.answer.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
