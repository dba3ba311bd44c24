//! Defines the methods that set and clear the tokens of a session, and the result of these methods, [`SessionWrite`].

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::session::Session;
use super::tokens::Tokens;
use crate::error::Error;

/// The result of a change to the session. The change itself is already in effect. To find out whether the change is
/// valid and stored, await the `SessionWrite`, or call `wait()` with the `blocking` feature. In a Tokio runtime, the
/// change is stored even if the `SessionWrite` is not awaited.
///
/// Awaiting a `SessionWrite` is cancel safe.
pub struct SessionWrite {
    session: Session,
    made: Result<(), Error>,
}

impl Session {
    /// Replaces the session with `tokens`, as a login does. The previous session ends, and its running calls are not
    /// sent again.
    ///
    /// The change is in effect when `set` returns. Await the result to find out whether the change succeeded. If the
    /// access token contains a character that is not allowed in a header, the result is an error and the session
    /// remains unchanged.
    ///
    /// The runtime cannot know the age of tokens that have no [lifetime](Tokens::expires_in). If the access token is a
    /// JWT, its `exp` (RFC 7519 §4.1.4) is a hint: after that time, a call first refreshes the session. The runtime
    /// does not verify this hint. If a refresh is not possible, the call is sent with the access token, and the server
    /// decides whether the token is still valid.
    #[allow(
        clippy::must_use_candidate,
        reason = "the change is in effect; a caller with a valid token need not check the result"
    )]
    pub fn set(&self, tokens: Tokens) -> SessionWrite {
        SessionWrite::of(self, self.log_in(None, tokens, &[]))
    }

    /// Ends the session without sending a request to the server. Tokens and cookies are removed when `clear` returns.
    #[allow(clippy::must_use_candidate, reason = "the change is in effect")]
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

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
impl SessionWrite {
    /// Blocks the current thread until the change is stored. See [`Pending::wait`](crate::Pending::wait).
    ///
    /// # Panics
    ///
    /// Panics in async code. Await the change there.
    ///
    /// # Errors
    ///
    /// An error with [`is_store`](Error::is_store) if the change could not be stored, or another error if the change is
    /// not valid.
    #[track_caller]
    pub fn wait(self) -> Result<(), Error> {
        crate::platform::background::block_on(self.into_future()).map_err(Error::no_runtime)?
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
