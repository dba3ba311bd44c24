//! How a call is treated, from its declaration: [`Plan`].

use std::sync::{Arc, OnceLock};

use super::context::Context;
use super::options::Bounds;
use super::placement::Placement;
use super::retry::retrying::Retrying;
use crate::declaration::endpoint::Endpoint;
use crate::error::Rejection;
use crate::session::Demand;

/// Holds the refusal of a call with a deadline, so that the error of a time-out can contain it.
pub(crate) type RejectionSlot = Option<Arc<OnceLock<Arc<Rejection>>>>;

/// How a call is treated.
pub(crate) struct Plan {
    /// `None` for a call that carries no credential.
    pub(crate) demand: Option<Demand>,
    pub(crate) declaration: Declaration,
    pub(crate) rejection_slot: RejectionSlot,
    /// `None` for a call that is not retried. Boxed, so that such a call holds no room for it.
    pub(crate) retrying: Option<Box<Retrying>>,
    /// The bounds of this call alone.
    pub(crate) bounds: Option<Box<Bounds>>,
    /// Whether the caller reads the body of a success as it arrives.
    pub(crate) streams: bool,
}

/// Where the call comes from.
pub(crate) enum Declaration {
    /// A method of a trait.
    Method(&'static Endpoint),
    /// A hand-written request. Boxed, so that other calls reserve no memory for it.
    HandWritten(Box<HandWritten>),
}

/// The same information for a hand-written request.
pub(crate) struct HandWritten {
    pub(crate) placement: Placement,
    /// The name under which refusals are remembered.
    pub(crate) route: String,
}

impl Plan {
    pub(crate) fn endpoint(&self) -> Option<&'static Endpoint> {
        match &self.declaration {
            Declaration::Method(endpoint) => Some(endpoint),
            Declaration::HandWritten(_) => None,
        }
    }

    /// Whether the answer is a page.
    pub(crate) fn has_pages(&self) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoint.pages.is_some())
    }

    /// The name under which refusals are remembered.
    pub(crate) fn route(&self) -> &str {
        match &self.declaration {
            Declaration::Method(endpoint) => endpoint.name,
            Declaration::HandWritten(hand_written) => &hand_written.route,
        }
    }

    /// The longest whole body.
    pub(crate) fn max_body(&self, context: &Context) -> Option<usize> {
        let own = self.bounds.as_ref().and_then(|bounds| bounds.max_body);
        own.or(context.settings.max_body)
    }

    /// Whether an answer with a 2xx status can be a refusal.
    pub(crate) fn judges_successes(&self, context: &Context) -> bool {
        match &self.declaration {
            Declaration::Method(endpoint) => context.binding.judges_successes(endpoint),
            Declaration::HandWritten(_) => !context.settings.expired_when.is_empty(),
        }
    }
}
