//! [`adoption`] decides how a process's session changes after the process has read the store.

use super::compare::Comparison;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Here {
    LoggedOut,
    LoggedIn,
    Expired,
}

/// What a process does with its session after it reads the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adoption {
    /// The process keeps its own session.
    Keep,
    /// Another process logged in as a different user. This process keeps its own session, which the store no longer
    /// contains.
    KeepOther,
    /// The stored session replaces the process's own session. `new_epoch` is true if the stored session belongs to a
    /// different login.
    Take { new_epoch: bool },
    /// The process ends its own session, because another process logged out.
    End,
}

/// Decides whether the stored session replaces the process's own session. If `takes_others` is true, a stored session
/// that belongs to a different login also replaces the process's own session.
pub(crate) fn adoption(comparison: Comparison, here: Here, takes_others: bool) -> Adoption {
    match (comparison, here) {
        (Comparison::ReplacedByChange, _)
        | (Comparison::LoggedOut, Here::LoggedOut | Here::Expired)
        | (Comparison::Same | Comparison::Older, Here::LoggedIn | Here::Expired) => Adoption::Keep,
        (Comparison::LoggedOut, Here::LoggedIn) => Adoption::End,
        (Comparison::OtherLogin, Here::LoggedIn) if !takes_others => Adoption::KeepOther,
        (Comparison::OtherLogin, Here::LoggedIn | Here::Expired) | (Comparison::Newer, Here::Expired) => {
            Adoption::Take { new_epoch: true }
        }
        (Comparison::Newer, Here::LoggedIn) | (_, Here::LoggedOut) => Adoption::Take { new_epoch: false },
    }
}
