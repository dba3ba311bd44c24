//! What changing a session by hand gives back: [`SessionWrite`].

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::session::Session;
use super::tokens::Tokens;
use crate::error::Error;

/// A change of the session that has taken effect already. Awaiting it says whether it could be made, and
/// whether it is stored; it is stored also if nobody waits for it.
///
/// Cancel safe.
pub struct SessionWrite {
    session: Session,
    made: Result<(), Error>,
}

impl Session {
    /// Makes `tokens` the session, as a login does: what was before is over, and calls still under way for
    /// it are not sent again.
    ///
    /// It has taken effect when this returns; awaiting the result says whether it could. An access token
    /// that no header can carry is an error, and leaves the session as it was.
    ///
    /// Tokens without a [lifetime](Tokens::expires_in) may be of any age. If the access token is a JWT, its `exp`
    /// (RFC 7519 §4.1.4) is taken as a hint: when it has passed, a call asks for a refresh first. It is not
    /// verified, and what the server says of the token counts more: if there is no refresh to be had, the call
    /// goes with it.
    #[allow(
        clippy::must_use_candidate,
        reason = "it has taken effect; who knows the token to be good need not look"
    )]
    pub fn set(&self, tokens: Tokens) -> SessionWrite {
        SessionWrite::of(self, self.log_in(None, tokens, &[]))
    }

    /// Ends the session here, without telling the server: tokens and cookies are gone when this returns.
    #[allow(clippy::must_use_candidate, reason = "it has taken effect")]
    pub fn clear(&self) -> SessionWrite {
        self.log_out();
        SessionWrite::of(self, Ok(()))
    }
}

impl SessionWrite {
    fn of(session: &Session, made: Result<(), Error>) -> Self {
        Self { session: session.clone(), made }
    }
}

impl IntoFuture for SessionWrite {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.made?;
            self.session.saved().await
        })
    }
}

impl fmt::Debug for SessionWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionWrite").field(&self.made).finish()
    }
}
