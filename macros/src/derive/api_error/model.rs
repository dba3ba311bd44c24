//! Describes the meaning of an error enum: which variant accepts which responses.

use syn::{Member, Type};

use crate::diag::{Located, Location};
use crate::names::Runtime;

/// The arguments of `#[api_error(...)]`.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) runtime: Runtime,
    /// Whether the derive implements only `From` and leaves `Display` and `Error` to the user.
    pub(super) from_only: bool,
    /// The location of the first `#[error(...)]` attribute, which belongs to `thiserror::Error`.
    pub(super) thiserror: Option<Location>,
}

pub(super) struct ErrorEnum<'s> {
    pub(super) name: String,
    pub(super) at: Location,
    pub(super) variants: Vec<Variant<'s>>,
    /// Whether one of the enum's attributes is misspelled. The compiler reports a misspelled attribute, so the derive
    /// does not also report that the attribute is missing.
    pub(super) is_incomplete: bool,
}

pub(super) struct Variant<'s> {
    pub(super) name: &'s syn::Ident,
    /// The first paragraph of the variant's documentation.
    pub(super) doc: Option<String>,
    pub(super) content: Option<Content<'s>>,
    pub(super) has_no_attribute: bool,
    pub(super) statuses: Vec<Located<Status>>,
    pub(super) other: Option<Location>,
}

#[derive(Clone)]
pub(super) struct Content<'s> {
    pub(super) member: Member,
    pub(super) ty: &'s Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Exact(u16),
    /// A class of statuses, such as `4xx`, represented by its first digit.
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
    pub(super) fn is_success(self) -> bool {
        matches!(self, Self::Exact(200..=299) | Self::Class(2))
    }

    pub(super) fn is_class(self) -> bool {
        matches!(self, Self::Class(_))
    }
}
