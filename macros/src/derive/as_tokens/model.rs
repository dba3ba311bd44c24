//! Describes the meaning of a token struct: which field contains which token value.

use syn::{Member, Type};

use crate::diag::Location;
use crate::names::Runtime;

#[derive(Default)]
pub(super) struct TokenStruct<'s> {
    pub(super) name: String,
    /// The location of the struct's name, or `None` if the item is not a struct.
    pub(super) at: Option<Location>,
    pub(super) runtime: Runtime,
    pub(super) parts: Vec<Found<'s>>,
    pub(super) fields: Vec<String>,
    /// Whether an argument could not be read. If an argument cannot be read, the macro does not report that the access
    /// token is missing, because that argument might declare it.
    pub(super) is_incomplete: bool,
}

pub(super) struct Found<'s> {
    pub(super) part: Part,
    /// The location of the value's name in the attribute.
    pub(super) at: Location,
    pub(super) source: Source<'s>,
}

pub(super) enum Source<'s> {
    Field(Member, &'s Type),
    Path(FieldPath),
}

/// A path of field names, as in `"data.access_token"`.
pub(super) struct FieldPath {
    /// The location of the string literal that contains the path.
    pub(super) at: Location,
    pub(super) members: Vec<Member>,
}

/// A value that the runtime's `Tokens` type can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All token values in a nested struct that also derives `AsTokens`.
    Nested,
    Access,
    Refresh,
    ExpiresIn,
    TokenType,
    Scope,
}

/// The names of the token values, as written in attributes. The value `nested` comes first, so that the struct's own
/// values override the nested values.
pub(super) const PARTS: &[(&str, Part)] = &[
    ("nested", Part::Nested),
    ("access", Part::Access),
    ("refresh", Part::Refresh),
    ("expires_in", Part::ExpiresIn),
    ("token_type", Part::TokenType),
    ("scope", Part::Scope),
];

impl Part {
    /// Returns the name that attributes and the runtime's methods use for the value.
    pub(super) fn name(self) -> &'static str {
        PARTS.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}
