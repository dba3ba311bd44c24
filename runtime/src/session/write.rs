//! What changing a session by hand gives back: [`SessionWrite`].

use std::fmt;
use std::future::{IntoFuture, Ready, ready};

use crate::error::Error;

/// A change of the session that has taken effect already. Awaiting it says whether it could be made, and
/// later whether it is stored.
pub struct SessionWrite(Result<(), Error>);

impl SessionWrite {
    pub(super) fn done(result: Result<(), Error>) -> Self {
        Self(result)
    }
}

impl IntoFuture for SessionWrite {
    type Output = Result<(), Error>;
    type IntoFuture = Ready<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        ready(self.0)
    }
}

impl fmt::Debug for SessionWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionWrite").field(&self.0).finish()
    }
}
