//! How one call is to be treated, from its declaration: [`Plan`].

use std::sync::{Arc, OnceLock};

use crate::declaration::endpoint::Endpoint;
use crate::error::Rejection;
use crate::execute::placement::Placement;
use crate::session::Demand;

/// Where a call with a deadline leaves the refusal that it meets.
pub(crate) type Met = Option<Arc<OnceLock<Arc<Rejection>>>>;

/// How a call is to be treated, from its declaration.
pub(crate) struct Plan {
    /// `None`: it has nothing to do with the session.
    pub(crate) demand: Option<Demand>,
    pub(crate) of: Declaration,
    pub(crate) met: Met,
    /// Whether the caller reads the body of a success as it arrives.
    pub(crate) live: bool,
}

/// Who declares it.
pub(crate) enum Declaration {
    /// A method.
    Method(&'static Endpoint),
    /// Nobody: it is a request of the user's own hands. Boxed, so that other calls do not carry the room for it.
    Nobody(Box<Undeclared>),
}

/// What else an API would say of it.
pub(crate) struct Undeclared {
    pub(crate) placement: Placement,
    /// What refusals are remembered by.
    pub(crate) route: String,
}

impl Plan {
    pub(crate) fn endpoint(&self) -> Option<&'static Endpoint> {
        match &self.of {
            Declaration::Method(endpoint) => Some(endpoint),
            Declaration::Nobody(_) => None,
        }
    }

    /// What refusals are remembered by.
    pub(crate) fn route(&self) -> &str {
        match &self.of {
            Declaration::Method(endpoint) => endpoint.name,
            Declaration::Nobody(undeclared) => &undeclared.route,
        }
    }
}
