//! Describes one parameter and its place in the request.

use crate::diag::Location;
use crate::model::ParamKind;
use crate::syntax::Parameter;

pub(crate) struct Param<'s> {
    pub(crate) source: &'s Parameter,
    /// The attribute that sets the place. A parameter without an attribute must have a placeholder in the path.
    pub(crate) place: Option<Location>,
    pub(crate) kind: Option<ParamKind>,
}

impl Param<'_> {
    /// Whether the parameter is one part of a multipart body.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self.kind, Some(ParamKind::Part(_)))
    }

    /// Returns the name of the placeholder that this parameter fills.
    pub(crate) fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Some(ParamKind::Path(name)) => Some(name),
            _ => None,
        }
    }
}
