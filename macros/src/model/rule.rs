//! What the attributes of a method say beyond its request.

use super::condition::Condition;
use super::paging::Paging;
use super::role::Role;

/// What the runtime needs to know about a method beyond its request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Role(Role),
    Public,
    NoReplay,
    RefreshOn(Vec<u16>),
    ExpiredWhen(Vec<Condition>),
    ForbiddenWhen(Vec<Condition>),
    /// The deadline of the whole call, in milliseconds.
    Timeout(u64),
    /// Statuses that mean `None`.
    NoneOn(Vec<u16>),
    Pages(Paging),
    Idempotent,
    /// The name of the header that carries the key.
    IdempotencyKey(String),
}

impl Rule {
    /// The name of the attribute.
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
