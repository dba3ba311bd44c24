//! Defines the meaning of the method attributes that do not describe the request.

use super::condition::Condition;
use super::paging::Paging;
use super::role::Role;

/// The meaning of a method attribute that does not describe the request, such as `#[timeout("5s")]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Role(Role),
    Public,
    NoReplay,
    RefreshOn(Vec<u16>),
    ExpiredWhen(Vec<Condition>),
    ForbiddenWhen(Vec<Condition>),
    /// The deadline for the whole call, in milliseconds.
    Timeout(u64),
    NoneOn(Vec<u16>),
    Pages(Paging),
    Idempotent,
    IdempotencyKey(String),
}

impl Rule {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Public => "public",
            Self::NoReplay => "no_replay",
            Self::RefreshOn(_) => "refresh_on",
            Self::ExpiredWhen(_) => "expired_when",
            Self::ForbiddenWhen(_) => "forbidden_when",
            Self::Timeout(_) => "timeout",
            Self::NoneOn(_) => "none_on",
            Self::Pages(_) => "pages",
            Self::Idempotent => "idempotent",
            Self::IdempotencyKey(_) => "idempotency_key",
        }
    }
}
