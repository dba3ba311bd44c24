//! Executes the calls that begin, refresh or end a session: logins, logouts, and `#[refresh]` methods that the user
//! calls directly.
//!
//! Login, refresh and logout calls are never redirected to another origin. A login or refresh call never starts a
//! refresh and is not sent again after a refusal. A logout call that the server refuses is sent a second time, with a
//! refreshed credential from the session that the logout ended.

use super::context::SharedContext;
use super::deadline::{Deadline, within};
use super::logout_call::LogoutCall;
use super::retry::until_sent::until_sent;
use super::send::Sender;
use crate::declaration::endpoint::Endpoint;
use crate::declaration::statuses::Statuses;
use crate::error::{Classification, Error, Kind, Receipt, Rejection, Result};
use crate::platform::IN_BROWSER;
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{Answer, AnswerFuture};
use crate::response::reading::Reading;
use crate::session::{Ended, RefreshPause, SetCookies, Snapshot, Tokens};
use crate::trace::{self, SendSpans};

/// A login, refresh or logout call that is ready to be sent.
struct RoleCall {
    context: SharedContext,
    endpoint: &'static Endpoint,
    request: Prepared,
    receipt: Receipt,
}

impl SharedContext {
    /// Starts a login. The session is logged in with the tokens from the login response before the caller receives that
    /// response.
    pub(crate) fn start_login(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        self.start_role(
            endpoint,
            Box::pin(async move {
                let mut call = call?;
                let outcome = call.log_in(tokens_of).await;
                call.end(outcome)
            }),
        )
    }

    /// Starts a `#[refresh]` call that the user makes directly.
    pub(crate) fn start_refresh(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        self.start_role(
            endpoint,
            Box::pin(async move {
                let mut call = call?;
                let outcome = call.refresh(tokens_of).await;
                call.end(outcome)
            }),
        )
    }

    /// Starts a logout.
    pub(crate) fn start_logout(&self, logout: LogoutCall) -> AnswerFuture {
        let endpoint = logout.endpoint();
        self.start_role(endpoint, Box::pin(log_out(self.clone(), logout)))
    }

    fn start_role(&self, endpoint: &'static Endpoint, call: AnswerFuture) -> AnswerFuture {
        let deadline = Deadline::after(self.timeout(endpoint));
        Box::pin(trace::call(endpoint.name, within(deadline, call)))
    }

    fn role_call(&self, call: Call) -> Result<RoleCall> {
        let endpoint = call.endpoint();
        let request = call.prepare()?;
        Ok(RoleCall { context: self.clone(), endpoint, request, receipt: Receipt::default() })
    }
}

/// The session ends before the request is sent, so the client is logged out even if the request fails.
async fn log_out(context: SharedContext, logout: LogoutCall) -> Result<Answer> {
    let session = context.session.clone();
    // A session that exists only in the store must also be logged out on the server. The logout continues even if the
    // store cannot be read.
    let _ = session.check_store().await;
    let mut ended = session.end_for_logout();
    let endpoint = logout.endpoint();
    let (request, copy) = logout.prepare(tokens_of(ended.snapshot()))?;
    let mut call = RoleCall { context, endpoint, request, receipt: Receipt::default() };
    let pause = call.pause_refreshes().await;
    let outcome = call.log_out(&mut ended, copy, pause.as_ref()).await;
    let answer = call.end(outcome)?;
    session.saved().await?;
    Ok(answer)
}

fn tokens_of(snapshot: &Snapshot) -> Option<&Tokens> {
    snapshot.credential().map(|credential| credential.tokens())
}

impl RoleCall {
    /// Returns whether a call option sets the access token's header. If an option sets the access token's header, the
    /// session's access token is not sent (A13).
    fn has_own_credential(&self) -> bool {
        self.context.placement().is_ok_and(|placement| self.request.has_header(&placement.header))
    }

    /// Prevents refreshes in a browser until the returned value is dropped, because the browser stores the cookies from
    /// every response, even if the session discards the response. Outside a browser, the session has its own cookies.
    async fn pause_refreshes(&self) -> Option<RefreshPause> {
        if !IN_BROWSER {
            return None;
        }
        let timeout = self.context.timeout(self.endpoint);
        Box::pin(self.context.session.pause_refreshes(timeout)).await
    }

    /// Sends a login.
    async fn log_in(&mut self, tokens_of: TokensOf) -> Result<Answer> {
        // The snapshot is read only after refreshes have been paused, because a refresh that runs earlier can end the
        // session.
        let _pause = self.pause_refreshes().await;
        // The request carries the session's cookies, because some servers require the cookie that they set when they
        // serve the login form. The login request does not carry the session's credential.
        let before = self.context.session.snapshot().without_credential();
        let (answer, cookies) = self.send(&before).await?;
        if answer.status().is_success() {
            let session = &self.context.session;
            session.log_in(Some(before.stamp), tokens_of(&answer)?, &cookies)?;
            session.saved().await?;
        }
        Ok(answer)
    }

    /// Sends a refresh. The tokens from the response become the session's next credential, as after an automatic
    /// refresh.
    async fn refresh(&mut self, tokens_of: TokensOf) -> Result<Answer> {
        let _pause = self.pause_refreshes().await;
        let begun = self.context.session.snapshot();
        let (answer, cookies) = self.send(&begun.without_credential()).await?;
        if answer.status().is_success() {
            let session = &self.context.session;
            session.set_refreshed(&begun, tokens_of(&answer)?, &cookies)?;
            session.saved().await?;
        }
        Ok(answer)
    }

    async fn log_out(
        &mut self,
        ended: &mut Ended,
        copy: Option<LogoutCall>,
        pause: Option<&RefreshPause>,
    ) -> Result<Answer> {
        if self.endpoint.bare || self.has_own_credential() {
            return Ok(self.send(&ended.snapshot().without_credential()).await?.0);
        }
        let answer = self.send(ended.snapshot()).await?.0;
        if !self.is_refused(&answer) || copy.is_none() && !self.request.is_replayable() {
            return Ok(answer);
        }
        // If no new credential can be obtained, the refusal becomes the response to the logout.
        let refreshed = ended.refreshed(pause.is_some_and(RefreshPause::is_effective)).await;
        let Some(refreshed) = refreshed else { return Ok(answer) };
        self.log_out_again(&refreshed, copy).await
    }

    fn end(&self, outcome: Result<Answer>) -> Result<Answer> {
        outcome.map_err(|error| error.with_receipt(self.receipt))
    }

    /// Sends a logout whose access token the server refused a second time, with a new credential that no other call
    /// uses.
    async fn log_out_again(&mut self, refreshed: &Snapshot, copy: Option<LogoutCall>) -> Result<Answer> {
        if let Some(logout) = copy {
            self.request = logout.prepare(tokens_of(refreshed))?.0;
        }
        Ok(self.send(refreshed).await?.0)
    }

    /// Returns whether the server refused the credential but might accept a newer credential.
    fn is_refused(&self, answer: &Answer) -> bool {
        let policy = self.context.policy(Some(self.endpoint));
        let rejection = Rejection::new(answer.status(), answer.headers().clone(), answer.body().clone());
        let classification = policy.classify(&rejection, false).map(|classified| classified.classification);
        matches!(classification, Some(Classification::Expired | Classification::Suspect))
    }

    async fn send(&mut self, snapshot: &Snapshot) -> Result<(Answer, Vec<SetCookies>)> {
        let spans = SendSpans::new(Some(self.endpoint));
        let context = &self.context;
        let sender = Sender {
            upstream: &context.upstream,
            session: &context.session,
            placement: context.placement()?,
            follow_to: [&[]; 2],
            has_role: true,
            spans: &spans,
            refresh_on: Statuses::EMPTY,
        };
        let send = |request| sender.send(request, Some(snapshot), false);
        let (request, receipt) = (&mut self.request, &mut self.receipt);
        let response = until_sent(context, self.endpoint, request, receipt, send).await?;
        let mut cookies = Vec::new();
        let received =
            sender.receive(&mut self.request, Some(snapshot), snapshot.stamp, response, &mut cookies);
        let (mut response, came_from) = Box::pin(received).await?;
        if !came_from.own {
            return Err(Error::new(
                Kind::Transport,
                "the server redirected the request to another origin, which must not receive the request's secrets. Check the base URL",
            ));
        }
        let refused = context.policy(Some(self.endpoint)).is_refusal(response.status());
        let own = context.options.as_ref().and_then(|options| options.max_body());
        let max_body = own.or(context.settings.max_body);
        let answer = Answer::read(&mut response, Reading::Whole, max_body).await?;
        Ok((answer.with_receipt(self.receipt).with_outcome(None, refused).with_secrets(), cookies))
    }
}
