//! Lists the roles that methods can have in the session.

/// The effect of a trait method on the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Login,
    Refresh,
    Logout,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Logout => "logout",
        }
    }
}
