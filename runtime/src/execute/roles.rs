//! The calls that make and end a session: login, logout, and a `#[refresh]` method called by hand.
//!
//! They never start a refresh and are never sent again. They follow no redirect to another origin.

use super::context::SharedContext;
use super::deadline::{Deadline, within};
use super::retry::until_sent::until_sent;
use super::send::{Received, Sender};
use crate::declaration::endpoint::Endpoint;
use crate::error::{Error, Kind, Receipt, Result};
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{Answer, AnswerFuture};
use crate::response::reading::Reading;
use crate::session::{SetCookies, Snapshot};
use crate::trace::{self, SendSpans};

/// A call with a role in the session, ready to be sent.
struct RoleCall {
    context: SharedContext,
    endpoint: &'static Endpoint,
    request: Prepared,
}

impl SharedContext {
    /// Starts a login. The session is set before the caller sees the answer.
    pub(crate) fn start_login(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        self.start_role(endpoint, Box::pin(async move { log_in(call?, tokens_of).await }))
    }

    /// Starts a `#[refresh]` method that the user calls by hand.
    pub(crate) fn start_refresh(&self, call: Call, tokens_of: TokensOf) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        self.start_role(endpoint, Box::pin(async move { refresh(call?, tokens_of).await }))
    }

    /// Starts a logout.
    pub(crate) fn start_logout(&self, call: Call) -> AnswerFuture {
        let endpoint = call.endpoint();
        let call = self.role_call(call);
        self.start_role(endpoint, Box::pin(async move { log_out(call?).await }))
    }

    fn start_role(&self, endpoint: &'static Endpoint, call: AnswerFuture) -> AnswerFuture {
        let deadline = Deadline::after(self.timeout(endpoint));
        Box::pin(trace::call(endpoint.name, within(deadline, call)))
    }

    fn role_call(&self, call: Call) -> Result<RoleCall> {
        let endpoint = call.endpoint();
        call.prepare().map(|request| RoleCall { context: self.clone(), endpoint, request })
    }
}

/// The session is set from the tokens in the answer before the caller gets them.
async fn log_in(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer> {
    // The request carries the cookies of the session, because some servers set one for the login form. It does not carry
    // the credential.
    let before = call.context.session.snapshot().without_credential();
    let (answer, cookies) = call.send(&before).await?;
    if answer.status().is_success() {
        let session = &call.context.session;
        session.log_in(Some(before.stamp), tokens_of(&answer)?, &cookies)?;
        session.saved().await?;
    }
    Ok(answer)
}

/// The tokens become the next credential of the same session, as they do after a refresh by the runtime.
async fn refresh(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer> {
    let begun = call.context.session.snapshot();
    let (answer, cookies) = call.send(&begun.without_credential()).await?;
    if answer.status().is_success() {
        let session = &call.context.session;
        session.set_refreshed(&begun, tokens_of(&answer)?, &cookies)?;
        session.saved().await?;
    }
    Ok(answer)
}

/// Ends the session before the request is sent, so the session is logged out even if the request fails.
async fn log_out(mut call: RoleCall) -> Result<Answer> {
    // The session in the store must be logged out at the server, too. If the store cannot be read, the logout continues.
    let _ = call.context.session.check_store().await;
    let ended = call.context.session.log_out();
    let (answer, _) = if call.endpoint.bare {
        call.send(&ended.without_credential()).await?
    } else {
        call.send(&ended).await?
    };
    call.context.session.saved().await?;
    Ok(answer)
}

impl RoleCall {
    async fn send(&mut self, snapshot: &Snapshot) -> Result<(Answer, Vec<SetCookies>)> {
        let spans = SendSpans::new(Some(self.endpoint));
        let context = &self.context;
        let sender = Sender {
            upstream: &context.upstream,
            session: &context.session,
            placement: context.placement()?,
            follow_to: &context.settings.follow_to,
            has_role: true,
            spans: &spans,
        };
        let send = |request| sender.send(request, Some(snapshot), false);
        let (response, retries) = until_sent(context, self.endpoint, &mut self.request, send).await?;
        let mut cookies = Vec::new();
        let received =
            sender.receive(&mut self.request, Some(snapshot), snapshot.stamp, response, &mut cookies);
        let Received { response, own, .. } = Box::pin(received).await?;
        if !own {
            return Err(Error::new(
                Kind::Transport,
                "the server redirected the request to another origin, where its secrets are not sent. Check the base URL",
            ));
        }
        let sends = u8::try_from(retries).unwrap_or(u8::MAX).saturating_add(1);
        let receipt = Receipt { sends, retries, ..Receipt::default() };
        let refused = context.policy(Some(self.endpoint)).is_refusal(response.status());
        let max_body = context.settings.max_body;
        let answer = Answer::read(response, Reading::Whole, max_body, receipt, None).await?;
        Ok((answer.with_refusal(refused).with_secrets(), cookies))
    }
}
