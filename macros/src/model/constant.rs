//! HEADER

use super::content::Content;

/// A value that is the same in every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) place: ConstantPlace,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Where a constant goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstantPlace {
    Header,
    Query,
    Json,
    Form,
}

impl Constant {
    /// The header this goes to.
    pub(crate) fn header(&self) -> Option<&str> {
        (self.place == ConstantPlace::Header).then_some(self.name.as_str())
    }

    /// The part of the body this is, if it is one.
    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self.place {
            ConstantPlace::Json => Some(Content::JsonMember(&self.name)),
            ConstantPlace::Form => Some(Content::FormMember(&self.name)),
            ConstantPlace::Header | ConstantPlace::Query => None,
        }
    }
}
