//! HEADER

use crate::diag::Location;
use crate::model::ParamKind;
use crate::syntax::Parameter;

/// A parameter and its place in the request.
pub(crate) struct Param<'s> {
    pub(crate) source: &'s Parameter,
    /// Where its place was written; a parameter without an attribute is looked for in the path.
    pub(crate) place: Option<Location>,
    pub(crate) kind: Option<ParamKind>,
}

impl Param<'_> {
    /// Whether this is a part of a multipart body.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self.kind, Some(ParamKind::Part(_)))
    }

    /// The placeholder this parameter wants to fill.
    pub(crate) fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Some(ParamKind::Path(name)) => Some(name),
            _ => None,
        }
    }
}
