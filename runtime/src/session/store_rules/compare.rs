//! [`compare`] compares a process's session with the session in the store.

/// The identity of a session in a process or a store. A value of the type `L` identifies a login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity<L> {
    pub(crate) login: L,
    pub(crate) generation: u64,
}

/// How the record in the store relates to a process's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// This process has a login or logout that has not been stored yet and will replace the record.
    ReplacedByChange,
    Same,
    /// The record contains newer tokens for this process's login. The tokens in the record are valid, regardless of
    /// which process stored them.
    Newer,
    /// The record contains older tokens for this process's login. This process must store its own tokens.
    Older,
    LoggedOut,
    OtherLogin,
}

/// Whether the store contains a process's last login or logout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Storage<L> {
    /// The login or logout is not stored: no write has been attempted, or the store rejected every attempt.
    Missing,
    /// The process tried to replace another login's record, but the store's confirmation was lost. `replaces`
    /// identifies that login.
    Unconfirmed { replaces: Option<L> },
    /// The login or logout is stored.
    Confirmed,
}

/// `stored` is `None` if the record contains no session.
pub(crate) fn compare<L: PartialEq>(
    here: &Identity<L>,
    storage: &Storage<L>,
    stored: Option<&Identity<L>>,
) -> Comparison {
    if let Some(stored) = stored.filter(|stored| stored.login == here.login) {
        // The store contains a record of this login, so the login was stored even if the confirmation was lost.
        return match stored.generation.cmp(&here.generation) {
            std::cmp::Ordering::Greater => Comparison::Newer,
            std::cmp::Ordering::Equal => Comparison::Same,
            std::cmp::Ordering::Less => Comparison::Older,
        };
    }
    let missing = match storage {
        Storage::Missing => true,
        // A login that was replaced by another login is never stored again. If the record contains neither this
        // session's login nor the login identified by `replaces`, another process might have used this session's
        // refresh token and then stored a different login.
        Storage::Unconfirmed { replaces } => {
            replaces.is_some() && replaces.as_ref() == stored.map(|stored| &stored.login)
        }
        Storage::Confirmed => false,
    };
    match stored {
        _ if missing => Comparison::ReplacedByChange,
        None => Comparison::LoggedOut,
        Some(_) => Comparison::OtherLogin,
    }
}
