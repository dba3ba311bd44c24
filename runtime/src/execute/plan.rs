//! [`Plan`] contains the rules for one call, such as its retry settings and its limits.

use std::sync::{Arc, OnceLock};

use super::context::Context;
use super::options::Bounds;
use super::placement::Placement;
use super::retry::retrying::Retrying;
use crate::declaration::endpoint::Endpoint;
use crate::error::Rejection;
use crate::platform::NotInBrowser;
use crate::session::Demand;

/// A slot that stores the server's refusal of a call, so that a later timeout error can contain the refusal.
pub(crate) type RejectionSlot = Option<Arc<OnceLock<Arc<Rejection>>>>;

pub(crate) struct Plan {
    /// Whether the call requires a session, or `None` if the call never carries the session's credential.
    pub(crate) demand: Option<Demand>,
    pub(crate) declaration: Declaration,
    pub(crate) rejection_slot: RejectionSlot,
    /// The retry settings, or `None` for a call that is not retried. The settings are boxed so that a call without
    /// retries needs little memory.
    pub(crate) retrying: Option<Box<Retrying>>,
    pub(crate) bounds: Option<Box<Bounds>>,
    /// Whether the caller streams the body of a successful response.
    pub(crate) streams: bool,
}

/// The source of a call: a trait method or a hand-written request.
pub(crate) enum Declaration {
    Method(&'static Endpoint),
    /// A hand-written request. The request data is boxed, so that it does not increase the memory that calls to trait
    /// methods need.
    HandWritten(NotInBrowser<HandWrittenDeclaration>),
}

/// The data that a hand-written request has instead of a trait method's declaration.
pub(crate) struct HandWrittenDeclaration {
    pub(crate) placement: Placement,
    /// The key under which the session stores refusals of this request.
    pub(crate) route: String,
}

impl Plan {
    pub(crate) fn endpoint(&self) -> Option<&'static Endpoint> {
        match &self.declaration {
            Declaration::Method(endpoint) => Some(endpoint),
            Declaration::HandWritten(_) => None,
        }
    }

    pub(crate) fn has_pages(&self) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoint.pages.is_some())
    }

    pub(crate) fn route(&self) -> &str {
        match &self.declaration {
            Declaration::Method(endpoint) => endpoint.name,
            Declaration::HandWritten(hand_written) => &hand_written.route,
        }
    }

    pub(crate) fn max_body(&self, context: &Context) -> Option<usize> {
        let own = self.bounds.as_ref().and_then(|bounds| bounds.max_body);
        own.or(context.settings.max_body)
    }

    /// Returns whether a 2xx response can mean that the server refused the credential.
    pub(crate) fn classifies_successes(&self, context: &Context) -> bool {
        match &self.declaration {
            Declaration::Method(endpoint) => context.binding.classifies_successes(endpoint),
            Declaration::HandWritten(_) => !context.settings.expired_when.is_empty(),
        }
    }
}
