//! Describes errors in path templates and how to fix them.

use std::fmt;

use super::placeholder_name::meant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    /// The path does not start with a slash. The field contains the path as written.
    NoSlash(String),
    TwoSlashes,
    Unclosed,
    Unopened,
    EmptyPlaceholder,
    InvalidPlaceholder(String),
    /// A placeholder in another framework's notation, and the same placeholder in this macro's notation.
    Foreign(String, String),
    DuplicatePlaceholder(String),
    RestNotLast(String),
    DotSegment(String),
    Query,
    Fragment,
    Percent,
    Character(&'static str),
}

impl PathError {
    pub(crate) fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoSlash(text) => return Some(slash_help(text)),
            Self::TwoSlashes => "begin the path with a single `/`",
            Self::EmptyPlaceholder => "name a parameter: `{id}`, or `{rest*}` for several segments",
            Self::InvalidPlaceholder(text) => return Some(meant(text)),
            Self::Foreign(_, instead) => return Some(format!("write `{instead}`")),
            Self::RestNotLast(_) => "a placeholder with `*` matches all remaining segments",
            Self::Query => "use a `#[query]` parameter, or `#[query(\"name\" = \"value\")]` for a constant",
            Self::Percent => "write a percent sign as `%25`",
            Self::Character("whitespace") => "write a space as `%20`",
            _ => return None,
        };
        Some(help.to_owned())
    }
}

/// Returns the help text for a path that does not start with a slash. For a complete URL, the help text separates the
/// path from the origin.
fn slash_help(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return format!("write `/{}`", text.trim_start_matches(['.', '/']).escape_debug());
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    format!(
        "write `{}`, and pass `{}` to the client's `builder` function",
        path.escape_debug(),
        format_args!("{scheme}://{host}").to_string().escape_debug()
    )
}

impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash(text) if text.contains("://") => {
                out.write_str("path must start with `/`, not with an origin")
            }
            Self::NoSlash(_) => out.write_str("path must start with `/`"),
            Self::TwoSlashes => out.write_str("path must not start with `//`"),
            Self::Unclosed => out.write_str("unclosed `{` in path"),
            Self::Unopened => out.write_str("unopened `}` in path"),
            Self::EmptyPlaceholder => out.write_str("empty path placeholder"),
            Self::InvalidPlaceholder(name) => write!(out, "`{name}` is not a valid placeholder name"),
            Self::Foreign(written, _) => write!(out, "`{written}` is not a path placeholder"),
            Self::DuplicatePlaceholder(name) => write!(out, "duplicate path placeholder `{{{name}}}`"),
            Self::RestNotLast(name) => {
                write!(out, "path placeholder `{{{name}*}}` must be the last placeholder")
            }
            Self::DotSegment(segment) => write!(out, "path must not contain the segment `{segment}`"),
            Self::Query => out.write_str("path must not contain a query"),
            Self::Fragment => out.write_str("path must not contain a fragment"),
            Self::Percent => out.write_str("`%` in path must be followed by two hexadecimal digits"),
            Self::Character(what) => write!(out, "path must not contain {what}"),
        }
    }
}
