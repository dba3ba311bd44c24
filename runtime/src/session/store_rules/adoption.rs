//! How a session changes when its process has read the store: [`adoption`].

use super::compare::Comparison;

/// What the process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Here {
    LoggedOut,
    LoggedIn,
    Expired,
}

/// What the process does with the stored session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adoption {
    /// It keeps its own.
    Keep,
    /// It keeps its own, which the store no longer has. Another process logged in as another user.
    KeepOther,
    /// It takes the stored one. `new_epoch`: that one is of another login.
    Take { new_epoch: bool },
    /// It ends its own: another process logged out.
    End,
}

/// `takes_others`: whether a session of another login replaces the one that the process has.
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
