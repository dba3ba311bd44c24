//! What an error enum means: which variant takes which answers.

use syn::{Member, Type};

use crate::diag::{Located, Location};
use crate::names::Runtime;

/// What holds for the whole derive.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) runtime: Runtime,
    /// `Display` and `Error` are the user's.
    pub(super) from_only: bool,
}

/// The variants in the order of the source.
pub(super) struct ErrorEnum<'s> {
    pub(super) name: String,
    pub(super) at: Location,
    pub(super) variants: Vec<Variant<'s>>,
    /// A variant is misspelt in a way that the compiler reports; what is missing may have been meant there.
    pub(super) is_incomplete: bool,
}

pub(super) struct Variant<'s> {
    pub(super) name: &'s syn::Ident,
    /// The first paragraph of its documentation.
    pub(super) doc: Option<String>,
    pub(super) content: Option<Content<'s>>,
    /// Whether it has no attribute that says what it takes.
    pub(super) has_no_attribute: bool,
    pub(super) statuses: Vec<Located<Status>>,
    /// Where it says that it takes what no other variant does.
    pub(super) other: Option<Location>,
}

/// The one value that a variant holds.
#[derive(Clone)]
pub(super) struct Content<'s> {
    pub(super) member: Member,
    pub(super) ty: &'s Type,
}

/// What answers a variant takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// `404`
    Exact(u16),
    /// `4xx`, by its first digit
    Class(u16),
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

impl Status {
    /// Whether only answers of success have this status.
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::Exact(200..=299) | Self::Class(2))
    }

    pub(super) fn is_class(self) -> bool {
        matches!(self, Self::Class(_))
    }
}
