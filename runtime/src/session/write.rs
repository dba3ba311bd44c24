//! What changing a session by hand gives back: [`SessionWrite`].

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::Session;
use crate::error::Error;

/// A change of the session that has taken effect already. Awaiting it says whether it could be made, and
/// whether it is stored; it is stored also if nobody waits for it.
///
/// Cancel safe.
pub struct SessionWrite {
    session: Session,
    made: Result<(), Error>,
}

impl SessionWrite {
    pub(super) fn of(session: &Session, made: Result<(), Error>) -> Self {
        Self { session: session.clone(), made }
    }
}

impl IntoFuture for SessionWrite {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.made?;
            self.session.stored().await
        })
    }
}

impl fmt::Debug for SessionWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionWrite").field(&self.made).finish()
    }
}
