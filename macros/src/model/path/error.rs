//! The errors of path templates and how to fix them.

use std::fmt;

use super::placeholder_name::without_stars;

/// An error in a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    NoSlash,
    TwoSlashes,
    Unclosed,
    Unopened,
    EmptyPlaceholder,
    InvalidPlaceholder(String),
    DuplicatePlaceholder(String),
    RestNotLast(String),
    DotSegment(String),
    Query,
    Fragment,
    Character(&'static str),
}

impl PathError {
    pub(crate) fn help(&self) -> Option<String> {
        let help = match self {
            Self::InvalidPlaceholder(name) => match without_stars(name) {
                Some(name) => return Some(format!("to match several segments, write `{{{name}*}}`")),
                None => "use letters, digits, `_`, `-` and `.`; end with `*` to match several segments",
            },
            Self::RestNotLast(_) => "it matches all remaining segments",
            Self::Query => "use a `#[query]` parameter, or `#[query(\"name\" = \"value\")]` for a constant",
            Self::Character("whitespace") => "write a space as `%20`",
            _ => return None,
        };
        Some(help.to_owned())
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => out.write_str("path must start with `/`"),
            Self::TwoSlashes => out.write_str("path must not start with `//`"),
            Self::Unclosed => out.write_str("unclosed `{` in path"),
            Self::Unopened => out.write_str("unopened `}` in path"),
            Self::EmptyPlaceholder => out.write_str("empty path placeholder"),
            Self::InvalidPlaceholder(name) => write!(out, "`{name}` is not a valid placeholder name"),
            Self::DuplicatePlaceholder(name) => write!(out, "duplicate path placeholder `{{{name}}}`"),
            Self::RestNotLast(name) => write!(out, "path placeholder `{{{name}*}}` must be the last one"),
            Self::DotSegment(segment) => write!(out, "path must not contain the segment `{segment}`"),
            Self::Query => out.write_str("path must not contain a query"),
            Self::Fragment => out.write_str("path must not contain a fragment"),
            Self::Character(what) => write!(out, "path must not contain {what}"),
        }
    }
}
