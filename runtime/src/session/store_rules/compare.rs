//! Decides what the record in the store means for a process: [`compare`].

/// The identity of a session in a process or a store. A value of the type `L` identifies the login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity<L> {
    pub(crate) login: L,
    /// The number of credentials that the login has received.
    pub(crate) generation: u64,
}

/// What the record in the store means for a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// This process has a login or logout that is not stored yet and will replace the record.
    ReplacedByChange,
    /// The record is the session of this process.
    Same,
    /// The record has newer tokens of the same login. The newer tokens are valid, regardless of which process stored
    /// them.
    Newer,
    /// The record has older tokens of the same login. This process must store its own tokens.
    Older,
    /// The session ended in another process.
    LoggedOut,
    /// The record has a session with a different login.
    OtherLogin,
}

/// Whether the store contains the last login or logout of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Storage<L> {
    /// The change is not stored: no write has been attempted, or the store refused every attempt.
    Missing,
    /// The process tried to write the change over a record of the login `replaces`, but the confirmation was lost.
    Unconfirmed { replaces: Option<L> },
    /// The change was stored.
    Confirmed,
}

/// Compares the session `here` with the record in the store. `stored` is `None` if the record has no session.
pub(crate) fn compare<L: PartialEq>(
    here: &Identity<L>,
    storage: &Storage<L>,
    stored: Option<&Identity<L>>,
) -> Comparison {
    if let Some(stored) = stored.filter(|stored| stored.login == here.login) {
        // The store contains a record of the same login, so the login was stored, even if the confirmation was lost.
        return match stored.generation.cmp(&here.generation) {
            std::cmp::Ordering::Greater => Comparison::Newer,
            std::cmp::Ordering::Equal => Comparison::Same,
            std::cmp::Ordering::Less => Comparison::Older,
        };
    }
    let missing = match storage {
        Storage::Missing => true,
        // A login that another login has replaced never returns to the store. If the record has any other login,
        // another process may have spent this session's refresh token and then replaced the login.
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
