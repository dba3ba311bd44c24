//! Defines the constants that a method sends unchanged in every call.

use super::condition::Literal;
use super::content::Content;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) place: ConstantPlace,
    pub(crate) name: String,
    pub(crate) value: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstantPlace {
    Header,
    Query,
    Json,
    Form,
}

impl Constant {
    pub(crate) fn header(&self) -> Option<&str> {
        (self.place == ConstantPlace::Header).then_some(self.name.as_str())
    }

    pub(crate) fn query(&self) -> Option<&str> {
        (self.place == ConstantPlace::Query).then_some(self.name.as_str())
    }

    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self.place {
            ConstantPlace::Json => Some(Content::JsonMember(&self.name)),
            ConstantPlace::Form => Some(Content::FormMember(&self.name)),
            ConstantPlace::Header | ConstantPlace::Query => None,
        }
    }
}
