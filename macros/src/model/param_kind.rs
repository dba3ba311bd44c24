//! HEADER

use super::content::Content;

/// Where the value of a parameter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Path(String),
    Query(String),
    Header(String),
    /// A whole map of headers.
    Headers,
    Cookie(String),
    /// `Authorization: Bearer ...`, for a refresh only.
    Bearer,
    Json,
    JsonMember(String),
    Form,
    FormMember(String),
    Part(String),
    Body,
}

impl ParamKind {
    /// The one header this goes to.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header(name) => Some(name),
            Self::Bearer => Some("authorization"),
            _ => None,
        }
    }

    /// The part of the body this is, if it is one.
    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self {
            Self::Json | Self::Form | Self::Body => Some(Content::Whole),
            Self::JsonMember(name) => Some(Content::JsonMember(name)),
            Self::FormMember(name) => Some(Content::FormMember(name)),
            Self::Part(_) => Some(Content::Part),
            Self::Path(_)
            | Self::Query(_)
            | Self::Header(_)
            | Self::Headers
            | Self::Cookie(_)
            | Self::Bearer => None,
        }
    }
}
