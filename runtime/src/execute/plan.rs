//! The rules for one call, derived from its declaration: [`Plan`].

use std::sync::{Arc, OnceLock};

use super::context::Context;
use super::options::Bounds;
use super::placement::Placement;
use super::retry::retrying::Retrying;
use crate::declaration::endpoint::Endpoint;
use crate::error::Rejection;
use crate::platform::NotInBrowser;
use crate::session::Demand;

/// A slot for the refusal that a call with a deadline received, so that a timeout error can contain the refusal.
pub(crate) type RejectionSlot = Option<Arc<OnceLock<Arc<Rejection>>>>;

/// The rules for one call.
pub(crate) struct Plan {
    /// Whether the call needs the session, or `None` for a call that carries no credential.
    pub(crate) demand: Option<Demand>,
    pub(crate) declaration: Declaration,
    pub(crate) rejection_slot: RejectionSlot,
    /// The retry settings, which are `None` for a call that is not retried. The settings are boxed so that a call
    /// without retries needs little memory.
    pub(crate) retrying: Option<Box<Retrying>>,
    /// The bounds that were set for this call.
    pub(crate) bounds: Option<Box<Bounds>>,
    /// Whether the caller reads the body of a successful response as it arrives.
    pub(crate) streams: bool,
}

/// The source of a call: a trait method or a hand-written request.
pub(crate) enum Declaration {
    /// A call of a trait method.
    Method(&'static Endpoint),
    /// A hand-written request. The request data is boxed, so that calls of trait methods reserve no memory for it.
    HandWritten(NotInBrowser<HandWritten>),
}

/// The data of a hand-written request that has no declaration.
pub(crate) struct HandWritten {
    pub(crate) placement: Placement,
    /// The name under which the session remembers refusals of this request.
    pub(crate) route: String,
}

impl Plan {
    pub(crate) fn endpoint(&self) -> Option<&'static Endpoint> {
        match &self.declaration {
            Declaration::Method(endpoint) => Some(endpoint),
            Declaration::HandWritten(_) => None,
        }
    }

    /// Returns whether the method returns its list in pages.
    pub(crate) fn has_pages(&self) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoint.pages.is_some())
    }

    /// Returns the name under which the session remembers refusals of this call.
    pub(crate) fn route(&self) -> &str {
        match &self.declaration {
            Declaration::Method(endpoint) => endpoint.name,
            Declaration::HandWritten(hand_written) => &hand_written.route,
        }
    }

    /// Returns the size limit in bytes for a body that is read in full.
    pub(crate) fn max_body(&self, context: &Context) -> Option<usize> {
        let own = self.bounds.as_ref().and_then(|bounds| bounds.max_body);
        own.or(context.settings.max_body)
    }

    /// Returns whether a response with a 2xx status can be a refusal of the credential.
    pub(crate) fn judges_successes(&self, context: &Context) -> bool {
        match &self.declaration {
            Declaration::Method(endpoint) => context.binding.judges_successes(endpoint),
            Declaration::HandWritten(_) => !context.settings.expired_when.is_empty(),
        }
    }
}
