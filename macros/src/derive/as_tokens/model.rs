//! What a struct of tokens means: which of its fields is which part of the tokens.

use syn::{Member, Type};

use crate::diag::Location;
use crate::names::Runtime;

/// A struct and the parts of the tokens that it has.
#[derive(Default)]
pub(super) struct TokenStruct<'s> {
    pub(super) name: String,
    /// The name of the struct. `None` if it is none.
    pub(super) at: Option<Location>,
    pub(super) runtime: Runtime,
    pub(super) parts: Vec<Found<'s>>,
    /// The names of the fields.
    pub(super) fields: Vec<String>,
    /// There is something that could not be understood, which may have been what is missing.
    pub(super) is_incomplete: bool,
}

/// A part of the tokens, and the field where it is.
pub(super) struct Found<'s> {
    pub(super) part: Part,
    /// The name of the part.
    pub(super) at: Location,
    pub(super) source: Source<'s>,
}

/// Where a part is.
pub(super) enum Source<'s> {
    /// In this field.
    Field(Member, &'s Type),
    /// Location the end of this path, which begins at the struct.
    Path(FieldPath),
}

/// A path of fields, as in `"data.access_token"`.
pub(super) struct FieldPath {
    /// The literal.
    pub(super) at: Location,
    pub(super) members: Vec<Member>,
}

/// A part of the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All that another struct says.
    Nested,
    Access,
    Refresh,
    ExpiresIn,
    TokenType,
    Scope,
}

/// The parts by the names under which they are written. A nested struct comes first: what stands beside it counts more.
pub(super) const PARTS: &[(&str, Part)] = &[
    ("nested", Part::Nested),
    ("access", Part::Access),
    ("refresh", Part::Refresh),
    ("expires_in", Part::ExpiresIn),
    ("token_type", Part::TokenType),
    ("scope", Part::Scope),
];

impl Part {
    /// The name, as written and in the runtime's language.
    pub(super) fn name(self) -> &'static str {
        PARTS.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}
