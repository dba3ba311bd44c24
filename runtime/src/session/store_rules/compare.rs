//! What the record in the store means for a process: [`compare`].

/// Which session a process or the store has. `L` identifies the login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity<L> {
    pub(crate) login: L,
    /// Counts the credentials of the login.
    pub(crate) generation: u64,
}

/// What the record in the store means for a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// A login or logout here is not stored yet. It replaces the record.
    ReplacedByChange,
    /// The record is the session of this process.
    Same,
    /// The record has newer tokens of the same login. They are the truth, whichever process stored them.
    Newer,
    /// The record has older tokens of the same login. This process must store its own.
    Older,
    /// The session ended in another process.
    LoggedOut,
    /// The session of another login.
    OtherLogin,
}

/// What the store knows of the last login or logout of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Storage<L> {
    /// It is not stored. No write of it has been tried, or all were refused.
    Missing,
    /// A write of it was tried at a record of the login `replaces`, and its confirmation was lost.
    Unconfirmed { replaces: Option<L> },
    /// It was stored.
    Confirmed,
}

/// Compares the session `here` with the record in the store, `None` if there is no session in it.
pub(crate) fn compare<L: PartialEq>(
    here: &Identity<L>,
    storage: &Storage<L>,
    stored: Option<&Identity<L>>,
) -> Comparison {
    if let Some(stored) = stored.filter(|stored| stored.login == here.login) {
        // It was stored, even if the confirmation was lost.
        return match stored.generation.cmp(&here.generation) {
            std::cmp::Ordering::Greater => Comparison::Newer,
            std::cmp::Ordering::Equal => Comparison::Same,
            std::cmp::Ordering::Less => Comparison::Older,
        };
    }
    let missing = match storage {
        Storage::Missing => true,
        // A login never comes back. With any other record, another process may have spent the refresh token here and
        // then replaced the login.
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
