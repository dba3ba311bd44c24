//! The meaning of a struct of tokens: which field holds which value.

use syn::{Member, Type};

use crate::diag::Location;
use crate::names::Runtime;

/// A struct and the values that it holds.
#[derive(Default)]
pub(super) struct TokenStruct<'s> {
    pub(super) name: String,
    /// The name of the struct. `None` if the item is not a struct.
    pub(super) at: Option<Location>,
    pub(super) runtime: Runtime,
    pub(super) parts: Vec<Found<'s>>,
    /// The names of the fields.
    pub(super) fields: Vec<String>,
    /// Whether an argument could not be read. A missing access token is then not reported.
    pub(super) is_incomplete: bool,
}

/// One value and the field that holds it.
pub(super) struct Found<'s> {
    pub(super) part: Part,
    /// The name of the value, as written in the attribute.
    pub(super) at: Location,
    pub(super) source: Source<'s>,
}

/// Where a value comes from.
pub(super) enum Source<'s> {
    /// This field.
    Field(Member, &'s Type),
    /// The field at the end of this path.
    Path(FieldPath),
}

/// A path of fields, as in `"data.access_token"`.
pub(super) struct FieldPath {
    /// The string literal.
    pub(super) at: Location,
    pub(super) members: Vec<Member>,
}

/// A value that a `Tokens` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All values of another struct.
    Nested,
    Access,
    Refresh,
    ExpiresIn,
    TokenType,
    Scope,
}

/// The names of the values in attributes. `nested` comes first, so that the struct's own values replace it.
pub(super) const PARTS: &[(&str, Part)] = &[
    ("nested", Part::Nested),
    ("access", Part::Access),
    ("refresh", Part::Refresh),
    ("expires_in", Part::ExpiresIn),
    ("token_type", Part::TokenType),
    ("scope", Part::Scope),
];

impl Part {
    /// The name in attributes, and the name of the runtime's method.
    pub(super) fn name(self) -> &'static str {
        PARTS.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}
