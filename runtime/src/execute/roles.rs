//! The calls that make and end a session: login, logout, and a `#[refresh]` method called by hand.
//!
//! No redirect takes them to another origin. A login and a refresh are never refreshed for and never sent again. A logout is,
//! once, with a credential of the session that it ended.

use super::context::SharedContext;
use super::deadline::within;
use super::logout_call::LogoutCall;
use super::send::Sender;
use crate::declaration::endpoint::Endpoint;
use crate::error::{Error, Kind, Receipt, Rejection, Result, Verdict};
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{Answer, AnswerFuture};
use crate::response::reading::Reading;
use crate::session::{Ended, SetCookies, Snapshot, Tokens};
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
    pub(crate) fn start_logout(&self, logout: LogoutCall) -> AnswerFuture {
        let endpoint = logout.endpoint();
        self.start_role(endpoint, Box::pin(log_out(self.clone(), logout)))
    }

    fn start_role(&self, endpoint: &'static Endpoint, call: AnswerFuture) -> AnswerFuture {
        trace::call(endpoint.name, within(self.timeout(endpoint), None, call))
    }

    fn role_call(&self, call: Call) -> Result<RoleCall> {
        let endpoint = call.endpoint();
        call.prepare().map(|request| RoleCall { context: self.clone(), endpoint, request })
    }
}

/// The tokens in the answer become the session before the caller sees them.
async fn log_in(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer> {
    // The cookies of the session go along, because some servers set one for the login form; the credential does not.
    let before = call.context.session.snapshot().without_credential();
    let (answer, cookies) = call.send(&before).await?;
    if answer.status().is_success() {
        let session = &call.context.session;
        session.log_in(Some(before.stamp), tokens_of(&answer)?, &cookies)?;
        session.saved().await?;
    }
    Ok(answer)
}

/// The tokens become the next credential of the same session, as after a refresh by the runtime.
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

/// The session ends here first. Whatever becomes of the request, nothing is logged in afterwards.
async fn log_out(context: SharedContext, logout: LogoutCall) -> Result<Answer> {
    let session = context.session.clone();
    // The server must learn of the session that is stored, too. If it cannot be read, the logout goes on without it.
    let _ = session.check_store().await;
    let mut ended = session.end_for_logout();
    let endpoint = logout.endpoint();
    let (request, copy) = logout.prepare(tokens_of(ended.snapshot()))?;
    let mut call = RoleCall { context, endpoint, request };
    let answer = if endpoint.bare {
        call.send(&ended.snapshot().without_credential()).await?.0
    } else {
        let answer = call.send(ended.snapshot()).await?.0;
        if call.is_refused(&answer) { call.log_out_again(&mut ended, answer, copy).await? } else { answer }
    };
    session.saved().await?;
    Ok(answer)
}

fn tokens_of(snapshot: &Snapshot) -> Option<&Tokens> {
    snapshot.credential().map(|credential| credential.tokens())
}

impl RoleCall {
    /// The access token of a logout was refused. The logout is sent again once, with a new credential that no other call
    /// gets. Without one, the refusal is the answer.
    async fn log_out_again(
        &mut self,
        ended: &mut Ended,
        refusal: Answer,
        copy: Option<LogoutCall>,
    ) -> Result<Answer> {
        if copy.is_none() && !self.request.is_replayable() {
            return Ok(refusal);
        }
        let Some(refreshed) = ended.refreshed().await else { return Ok(refusal) };
        if let Some(logout) = copy {
            self.request = logout.prepare(tokens_of(&refreshed))?.0;
        }
        Ok(self.send(&refreshed).await?.0)
    }

    /// Whether the server refused the credential, so that another one may help.
    fn is_refused(&self, answer: &Answer) -> bool {
        let policy = self.context.policy(Some(self.endpoint));
        let rejection = Rejection::new(answer.status(), answer.headers().clone(), answer.body().clone());
        let verdict = policy.classify(&rejection, false).map(|classified| classified.verdict);
        matches!(verdict, Some(Verdict::Expired | Verdict::Suspect))
    }

    async fn send(&mut self, snapshot: &Snapshot) -> Result<(Answer, Vec<SetCookies>)> {
        let spans = SendSpans::new(Some(self.endpoint));
        let context = &self.context;
        let sender = Sender {
            upstream: &context.upstream,
            session: &context.session,
            placement: context.placement()?,
            has_role: true,
            spans: &spans,
            refresh_on: &[],
        };
        let request = self.request.request(&context.upstream)?;
        let request = request.ok_or_else(|| Error::request("the body of the request was sent already"))?;
        let response = sender.send(request, Some(snapshot), false).await?;
        let mut cookies = Vec::new();
        let received =
            sender.receive(&mut self.request, Some(snapshot), snapshot.stamp, response, &mut cookies);
        let (response, own) = Box::pin(received).await?;
        if !own {
            return Err(Error::new(Kind::Transport, "the request was redirected to another origin"));
        }
        let receipt = Receipt { sends: 1, ..Receipt::default() };
        let refused = context.policy(Some(self.endpoint)).is_refusal(response.status());
        let answer = Answer::read(response, Reading::Whole, receipt, None).await?;
        Ok((answer.with_refusal(refused).with_secrets(), cookies))
    }
}
