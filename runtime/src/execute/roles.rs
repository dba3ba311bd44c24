//! The calls that make and end a session: login, logout, and a `#[refresh]` method called by hand. They are
//! never refreshed or sent again themselves, and no redirect takes them to another origin.

use std::sync::Arc;

use crate::client::client::Client;
use crate::declaration::endpoint::Endpoint;
use crate::error::Receipt;
use crate::error::{Error, Kind};
use crate::execute::courier::{Courier, Errand};
use crate::execute::dispatch::Arrived;
use crate::refresh::method::TokensOf;
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::session::{SetCookies, Snapshot};
use crate::trace::Trail;

/// A call with its declaration, ready to be sent.
pub(crate) struct RoleCall {
    pub(crate) client: Client,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) request: Prepared,
}

/// The tokens in the answer become the session before the caller sees it.
pub(crate) async fn log_in(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer, Error> {
    let visitor = call.visitor();
    let (answer, cookies) = call.send(&visitor).await?;
    if answer.status().is_success() {
        let session = call.client.session();
        session.log_in(Some(visitor.stamp), tokens_of(&answer)?, &cookies)?;
        session.saved().await?;
    }
    Ok(answer)
}

/// As a refresh of the session's own does, the tokens become the next credential of the same session.
pub(crate) async fn refresh(mut call: RoleCall, tokens_of: TokensOf) -> Result<Answer, Error> {
    let begun = call.client.session().snapshot();
    let (answer, cookies) = call.send(&begun.without_credential()).await?;
    if answer.status().is_success() {
        let session = call.client.session();
        session.set_refreshed(&begun, tokens_of(&answer)?, &cookies)?;
        session.saved().await?;
    }
    Ok(answer)
}

/// The session ends here first: whatever becomes of the request, nobody is logged in afterwards.
pub(crate) async fn log_out(mut call: RoleCall) -> Result<Answer, Error> {
    // The server is to be told of the session that is stored, too; that it cannot be read is no reason to stay.
    let _ = call.client.session().check_store().await;
    let before = call.client.session().log_out();
    let under = if call.endpoint.bare { Arc::new(before.without_credential()) } else { before };
    let (answer, _) = call.send(&under).await?;
    call.client.session().saved().await?;
    Ok(answer)
}

impl RoleCall {
    /// What a login takes along: cookies, because some servers hand out one for the login form, but no
    /// credential.
    fn visitor(&self) -> Snapshot {
        self.client.session().snapshot().without_credential()
    }

    async fn send(&mut self, pass: &Snapshot) -> Result<(Answer, Vec<SetCookies>), Error> {
        let placement = self.client.placement()?;
        let (wire, session) = (self.client.wire(), self.client.session());
        let trail = Trail::new(Some(self.endpoint));
        let courier = Courier { wire, session, placement, errand: Errand::Role, trail: &trail };
        let delivered = courier.deliver(&mut self.request, Some(pass)).await?;
        let delivered = delivered.ok_or_else(|| Error::request("the body of the request is spent"))?;
        if !delivered.home {
            return Err(Error::new(Kind::Transport, "the request was redirected to another origin"));
        }
        let receipt = Receipt { sends: 1, ..Receipt::default() };
        let mut arrived = Arrived { response: delivered.response, receipt, rejection: None };
        Ok((Answer::read(&mut arrived).await?.with_secrets(), delivered.cookies))
    }
}
