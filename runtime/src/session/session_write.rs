//! Defines the methods that set and clear a session's tokens, and [`SessionWrite`], the value that they return.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::session::Session;
use super::tokens::Tokens;
use crate::error::Error;

/// The result of a change to the session. The change is in effect even before the `SessionWrite` is awaited. To find
/// out whether the change was valid and has been stored, await the `SessionWrite`, or call `wait` if the `blocking`
/// feature is enabled. Inside a Tokio runtime, the change is stored even if the `SessionWrite` is not awaited.
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
    /// The change is in effect when `set` returns. Await the returned `SessionWrite` to find out whether the change
    /// succeeded. If the access token contains a character that is not allowed in a header, the result is an error and
    /// the session remains unchanged.
    ///
    /// If the tokens do not specify a [lifetime](Tokens::expires_in), the runtime cannot know how old they are. If the
    /// access token is a JWT, the runtime uses its `exp` claim (RFC 7519 §4.1.4) as a hint. Once the `exp` time has
    /// passed, a call refreshes the session before it is sent. The runtime does not verify the JWT. If a refresh is not
    /// possible, the call is sent with the access token, and the server decides whether the token is still valid.
    #[allow(
        clippy::must_use_candidate,
        reason = "the change is in effect; a caller with a valid token need not check the result"
    )]
    pub fn set(&self, tokens: Tokens) -> SessionWrite {
        SessionWrite::of(self, self.log_in(None, tokens, &[]))
    }

    /// Ends the session without sending a request to the server. The tokens and cookies have been removed by the
    /// time `clear` returns.
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
    /// Returns an error if the change is not valid or could not be stored. [`is_store`](Error::is_store) returns `true`
    /// for the error only if the change could not be stored.
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
