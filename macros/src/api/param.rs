//! One parameter and its place in the request.

use crate::diag::Location;
use crate::model::ParamKind;
use crate::syntax::Parameter;

/// A parameter and its place in the request.
pub(crate) struct Param<'s> {
    pub(crate) source: &'s Parameter,
    /// The attribute that gives the place. Without one, the parameter must have a placeholder in the path.
    pub(crate) place: Option<Location>,
    pub(crate) kind: Option<ParamKind>,
}

impl Param<'_> {
    /// Whether this is one part of a multipart body.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self.kind, Some(ParamKind::Part(_)))
    }

    /// The placeholder that this parameter fills.
    pub(crate) fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Some(ParamKind::Path(name)) => Some(name),
            _ => None,
        }
    }
}
