//! Sends the token request, which contains the refresh token. The token request does not use a session or follow
//! redirects, and its duration and response size are limited.
//!
//! Once a response has arrived, the runtime does not send the same refresh token again until the failure backoff allows
//! it. If the request was sent but *no* response arrived, the same refresh token is sent again immediately. The server
//! might already have accepted the refresh token, and the lost response might have contained a new refresh token. For a
//! short grace period, most servers that rotate refresh tokens accept the old token and return the same new token
//! again. The refresh token is also sent again if a gateway reports that the endpoint did not respond (502, 504, or 503
//! with a typical gateway body). After a 500 or another 5xx response from the server itself, the refresh token is not
//! sent again immediately, because repeated requests would add load to a failing server.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::error_response::{ErrorResponse, SessionEffect, classify, is_error, is_without_answer};
use super::session_ends::SessionEnds;
use crate::error::causes::{any_cause, is_redirect};
use crate::error::{Error, Kind, Stamp};
use crate::platform::deadline::within;
use crate::platform::time::{Instant, sleep};
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::session::{Attempt, Cookies, Session, SetCookies, Tokens};
use crate::trace::SendSpans;
use crate::transport::accept::prefer_json;
use crate::transport::response::Response;
use crate::transport::upstream::Upstream;

/// The time limit for one request and its response.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);
/// The total time limit for all attempts to send a token request. `BUDGET` is shorter than the deadline of the refresh.
const BUDGET: Duration = Duration::from_secs(8);
/// The pauses before the second and third attempts to send a token request.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];
const BODY_CAP: usize = 64 * 1024;

/// A token request, together with the session data that the request needs.
pub(crate) struct TokenRequest<'a> {
    pub(crate) session: &'a Session,
    /// The session's stamp when the refresh token was read.
    pub(crate) stamp: Stamp,
    pub(crate) upstream: &'a Upstream,
    pub(crate) request: Prepared,
    pub(crate) tokens_of: fn(&Answer) -> Result<Tokens, Error>,
    /// The session's cookies, if the refresh token is a cookie.
    pub(crate) cookies: Option<&'a Cookies>,
    pub(crate) session_ends: &'a SessionEnds,
    pub(crate) spans: SendSpans,
    /// The name of the `#[refresh]` method, for error messages.
    pub(crate) method: Option<&'static str>,
}

/// The outcome of one request.
#[allow(clippy::large_enum_variant, reason = "a task holds only one `Sent` value at a time")]
enum Sent {
    Answered(Attempt),
    Unsent(Error),
    /// The request was sent, but no response arrived.
    NoAnswer(Error),
}

/// A complete response from the endpoint.
pub(crate) struct EndpointResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The reason why no complete response arrived.
pub(crate) enum NoResponse {
    /// An error that would occur again if the request were repeated.
    Final(Error),
    Unsent(Error),
    Unanswered(Error),
}

impl TokenRequest<'_> {
    pub(crate) async fn run(mut self) -> Attempt {
        let start = Instant::now();
        let mut pauses = PAUSES.into_iter();
        loop {
            let unanswered_before = self.session.unanswered().sent(self.stamp);
            let left = BUDGET.saturating_sub(start.elapsed());
            let error = match self.send(DEADLINE.min(left)).await {
                Sent::Answered(attempt) => {
                    // An error response does not show whether the server processed an earlier, unanswered request.
                    if !unanswered_before || !matches!(attempt, Attempt::Failed { .. }) {
                        self.session.unanswered().answered(self.stamp);
                    }
                    return if unanswered_before { attempt.after_a_loss() } else { attempt };
                }
                Sent::Unsent(error) if !unanswered_before => {
                    self.session.unanswered().answered(self.stamp);
                    return Attempt::Failed { error, retry_after: None };
                }
                Sent::Unsent(error) | Sent::NoAnswer(error) => error,
            };
            let pause = pauses.next().filter(|pause| start.elapsed() + *pause < BUDGET);
            let Some(pause) = pause.filter(|_| self.request.is_replayable()) else {
                return Attempt::Failed { error, retry_after: None };
            };
            sleep(pause).await;
            // During the pause before a repeated request, a login or logout can make the request pointless, and another
            // process can use the refresh token.
            if !self.session.may_resend(self.stamp).await {
                return Attempt::Failed { error, retry_after: None };
            }
        }
    }

    async fn send(&mut self, deadline: Duration) -> Sent {
        let response = {
            let asked = pin!(ask(self.upstream, &mut self.request, self.cookies, &self.spans));
            within(deadline, asked).await
        };
        match response {
            None => Sent::NoAnswer(Error::new(
                Kind::Refresh,
                "the refresh endpoint did not respond in time. Try again later",
            )),
            Some(Err(NoResponse::Final(error))) => Sent::Answered(failed(error)),
            Some(Err(NoResponse::Unsent(error))) => Sent::Unsent(Error::refresh(error)),
            Some(Err(NoResponse::Unanswered(error))) => Sent::NoAnswer(Error::refresh(error)),
            Some(Ok(response)) => self.read(response),
        }
    }

    fn read(&self, response: EndpointResponse) -> Sent {
        let EndpointResponse { status, headers, body } = response;
        let ended = || self.session_ends.has_condition(status, &headers, &body);
        if status.is_success() && !is_error(&headers, &body) && !ended() {
            let answer = Answer::whole(status, headers.clone(), body.clone()).with_secrets();
            let attempt = self.take_tokens(&answer);
            return Sent::Answered(match attempt {
                Attempt::Failed { error, .. } if self.rejects(status, &headers, &body) => {
                    Attempt::Rejected(error)
                }
                attempt => attempt,
            });
        }
        let refusal = || ErrorResponse::of(status, &headers, &body);
        match classify(status, &headers, &body, self.session_ends) {
            SessionEffect::Rejected => Sent::Answered(Attempt::Rejected(refusal().into_error())),
            SessionEffect::Failed(None) if is_without_answer(status, &headers, &body) => {
                Sent::NoAnswer(refusal().into_error())
            }
            SessionEffect::Failed(retry_after) => {
                Sent::Answered(Attempt::Failed { error: refusal().into_error(), retry_after })
            }
            SessionEffect::Unclear(retry_after) => {
                Sent::Answered(Attempt::Failed { error: refusal().into_unclear_error(), retry_after })
            }
        }
    }

    /// Whether a successful response without tokens means that the server rejected the refresh token.
    fn rejects(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        classify(status, headers, body, self.session_ends) == SessionEffect::Rejected
    }

    fn take_tokens(&self, answer: &Answer) -> Attempt {
        match (self.tokens_of)(answer) {
            Ok(tokens) => {
                let url = self.request.url(self.upstream).ok().filter(|_| self.cookies.is_some());
                let set =
                    url.and_then(|url| SetCookies::of(answer.headers(), &url)).map(SetCookies::that_refresh);
                Attempt::Refreshed { tokens, cookies: set }
            }
            Err(error) if error.kind() == Kind::Decode => {
                let error = error.in_method(self.method);
                failed(Error::new(Kind::Refresh, error.to_string()).with_source(error))
            }
            Err(error) => failed(error),
        }
    }
}

/// Sends one request, which contains a secret, to the origin of `upstream`, and reads the response. The request is
/// never sent to another origin.
pub(crate) async fn ask(
    upstream: &Upstream,
    call: &mut Prepared,
    cookies: Option<&Cookies>,
    spans: &SendSpans,
) -> Result<EndpointResponse, NoResponse> {
    let request = call.request(upstream).map_err(NoResponse::Unsent)?;
    let mut request = request.ok_or_else(|| {
        let text = "the request body cannot be sent again. Use a body that is not a stream";
        NoResponse::Unsent(Error::request(text))
    })?;
    if let Some(cookies) = cookies {
        let url = request.url().clone();
        cookies.apply(&url, request.headers_mut());
    }
    upstream.add_defaults(&mut request);
    prefer_json(&mut request);
    let mut response = spans.open(&request).around(upstream.send_secret(request)).await.map_err(|error| {
        if error.is_unsent() {
            NoResponse::Unsent(error)
        } else if any_cause(&error, is_redirect) {
            NoResponse::Final(Error::refresh(error))
        } else {
            NoResponse::Unanswered(error)
        }
    })?;
    if upstream.came_from_elsewhere(&response) {
        let text = "the endpoint redirected the request to another origin. Check the endpoint's URL";
        return Err(NoResponse::Final(Error::new(Kind::Refresh, text)));
    }
    let status = response.status();
    let body = match capped(&mut response).await {
        Ok(body) => body,
        // If the status is not a success, the response can be classified without its body.
        Err(NoResponse::Unanswered(_)) if !status.is_success() => Bytes::new(),
        Err(unanswered) => return Err(unanswered),
    };
    Ok(EndpointResponse { status, headers: std::mem::take(response.headers_mut()), body })
}

async fn capped(response: &mut Response) -> Result<Bytes, NoResponse> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(NoResponse::Unanswered)? {
        if body.len() + chunk.len() > BODY_CAP {
            let text = "the endpoint's response is longer than 64 KiB. Check the endpoint's URL";
            return Err(NoResponse::Final(Error::new(Kind::Refresh, text)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn failed(error: Error) -> Attempt {
    let error = if error.kind() == Kind::Refresh { error } else { Error::refresh(error) };
    Attempt::Failed { error, retry_after: None }
}
