//! HEADER

use std::fmt;

use super::placeholder_name::without_stars;

/// What is wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    NoSlash,
    TwoSlashes,
    Unclosed,
    Unopened,
    EmptyPlaceholder,
    BadPlaceholder(String),
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
            Self::BadPlaceholder(name) => match without_stars(name) {
                Some(name) => return Some(format!("for several segments write `{{{name}*}}`")),
                None => {
                    "a placeholder is made of letters, digits, `_`, `-` and `.`, and a last `*` for several segments"
                }
            },
            Self::RestNotLast(_) => "it takes all the segments there are",
            Self::Query => {
                "use `#[query]` for what varies, `#[query(\"name\" = \"value\")]` for what does not"
            }
            Self::Character("whitespace") => "write `%20` for a blank",
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
            Self::BadPlaceholder(name) => write!(out, "`{name}` is not a valid name of a path placeholder"),
            Self::DuplicatePlaceholder(name) => write!(out, "duplicate path placeholder `{{{name}}}`"),
            Self::RestNotLast(name) => write!(out, "path placeholder `{{{name}*}}` must be the last one"),
            Self::DotSegment(segment) => write!(out, "path must not contain the segment `{segment}`"),
            Self::Query => out.write_str("path must not contain a query"),
            Self::Fragment => out.write_str("path must not contain a fragment"),
            Self::Character(what) => write!(out, "path must not contain {what}"),
        }
    }
}
