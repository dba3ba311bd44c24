//! Lists the parts of a request that a parameter can set.

use super::content::{Content, Whole};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Path(String),
    /// A query parameter with the same name as the method's parameter. Each field of a struct or map is sent as a
    /// separate query parameter with the field's name.
    Query(String),
    /// A query parameter whose name is set by the attribute.
    NamedQuery(String),
    Header(String),
    /// A whole `HeaderMap`.
    Headers,
    Cookie(String),
    /// The header `Authorization: Bearer ...`. Only refresh methods and public logout methods can have a `Bearer`
    /// parameter.
    Bearer,
    Json,
    JsonMember(String),
    Form,
    FormMember(String),
    Part(String),
    Body,
}

impl ParamKind {
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header(name) => Some(name),
            Self::Bearer => Some("authorization"),
            _ => None,
        }
    }

    pub(crate) fn query(&self) -> Option<&str> {
        match self {
            Self::Query(name) | Self::NamedQuery(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the parameter is a header that can contain a secret but that HTTP clients do not treat as secret.
    pub(crate) fn is_exposed_header(&self) -> bool {
        const HARMLESS: [&str; 6] =
            ["accept", "authorization", "content-length", "content-type", "cookie", "user-agent"];
        match self {
            Self::Header(name) => !HARMLESS.contains(&name.to_ascii_lowercase().as_str()),
            Self::Headers => true,
            // Each remaining kind is listed by name, so that the compiler reports a new kind that is missing here.
            Self::Path(_)
            | Self::Query(_)
            | Self::NamedQuery(_)
            | Self::Cookie(_)
            | Self::Bearer
            | Self::Json
            | Self::JsonMember(_)
            | Self::Form
            | Self::FormMember(_)
            | Self::Part(_)
            | Self::Body => false,
        }
    }

    pub(crate) fn content(&self) -> Option<Content<'_>> {
        match self {
            Self::Json => Some(Content::Whole(Whole::Json)),
            Self::Form => Some(Content::Whole(Whole::Form)),
            Self::Body => Some(Content::Whole(Whole::Bytes)),
            Self::JsonMember(name) => Some(Content::JsonMember(name)),
            Self::FormMember(name) => Some(Content::FormMember(name)),
            Self::Part(_) => Some(Content::Part),
            Self::Path(_)
            | Self::Query(_)
            | Self::NamedQuery(_)
            | Self::Header(_)
            | Self::Headers
            | Self::Cookie(_)
            | Self::Bearer => None,
        }
    }
}
