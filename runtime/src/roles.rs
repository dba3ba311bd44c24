//! The calls that make and end a session: login, logout, and a `#[refresh]` method called by hand. They are
//! never refreshed or sent again themselves, and no redirect takes them to another origin.

use crate::client::Client;
use crate::courier::Courier;
use crate::decode::Answer;
use crate::dispatch::Arrived;
use crate::endpoint::ApiInfo;
use crate::error::{Error, Kind};
use crate::prepared::Prepared;
use crate::reply::Receipt;
use crate::session::{Snapshot, Tokens};

/// How the tokens are read from an answer.
pub(crate) type TokensOf = fn(&Answer) -> Result<Tokens, Error>;

/// A call with its declaration, ready to be sent.
pub(crate) struct RoleCall {
    pub(crate) client: Client,
    pub(crate) api: &'static ApiInfo,
    pub(crate) request: Prepared,
}

/// The tokens in the answer become the session before the caller sees it.
pub(crate) async fn log_in(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer, Error> {
    let answer = call.send(None).await?;
    if answer.status().is_success() {
        call.client.session().log_in(tokens_of(&answer)?, Some((answer.headers(), call.request.url())))?;
    }
    Ok(answer)
}

/// As a refresh of the session's own does, the tokens become the next credential of the same session.
pub(crate) async fn refresh(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer, Error> {
    let epoch = call.client.session().snapshot().stamp.epoch;
    let answer = call.send(None).await?;
    if answer.status().is_success() {
        let cookies = Some((answer.headers(), call.request.url()));
        call.client.session().renew_by_hand(epoch, tokens_of(&answer)?, cookies)?;
    }
    Ok(answer)
}

/// The session ends here first: whatever becomes of the request, nobody is logged in afterwards.
pub(crate) async fn log_out(mut call: RoleCall) -> Result<Answer, Error> {
    let before = call.client.session().log_out();
    call.send(Some(&before)).await
}

impl RoleCall {
    async fn send(&mut self, pass: Option<&Snapshot>) -> Result<Answer, Error> {
        let placement = self.client.placement(Some(self.api))?;
        // Cookies go along with a login too: some servers hand out one for the login form.
        let visitor = self.client.session().snapshot().without_credential();
        let pass = pass.unwrap_or(&visitor);
        let (wire, session) = (self.client.wire(), self.client.session());
        let courier = Courier { wire, session, placement: &placement, roams: false };
        match courier.deliver(&mut self.request, Some(pass)).await? {
            Some(delivered) if delivered.home => {
                let receipt = Receipt { sends: 1, ..Receipt::default() };
                let arrived = Arrived { response: delivered.response, receipt, rejection: None };
                Answer::read(arrived).await.map(Answer::with_secrets)
            }
            Some(_) => Err(Error::new(Kind::Transport, "the request was redirected to another origin")),
            None => Err(Error::request("the body of the request is spent")),
        }
    }
}
