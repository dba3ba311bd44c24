//! Describes one parameter and its place in the request.

use crate::diag::Location;
use crate::model::ParamKind;
use crate::syntax::Parameter;

pub(crate) struct Param<'s> {
    pub(crate) source: &'s Parameter,
    /// The attribute that sets the parameter's place in the request. A parameter without an attribute must have a
    /// placeholder in the path.
    pub(crate) place: Option<Location>,
    pub(crate) kind: Option<ParamKind>,
}

impl Param<'_> {
    pub(crate) fn is_part(&self) -> bool {
        matches!(self.kind, Some(ParamKind::Part(_)))
    }

    pub(crate) fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Some(ParamKind::Path(name)) => Some(name),
            _ => None,
        }
    }
}
