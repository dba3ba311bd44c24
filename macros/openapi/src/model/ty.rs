//! The model of Rust types and of the definitions of named types.

/// The index of a type in the list of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

/// A Rust type in the client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ty {
    Unit,
    Bool,
    I32,
    I64,
    U32,
    U64,
    F64,
    String,
    Date(DateTy),
    /// A `serde_json::Value`, which accepts any JSON value.
    Value,
    List(Box<Ty>),
    Map(Box<Ty>),
    Optional(Box<Ty>),
    Boxed(Box<Ty>),
    Named(TypeId),
    /// The path of a type that the caller defines.
    Own(String),
    /// Values that are sent as one string.
    Separated(Separator, Box<Ty>),
    /// Members that are sent as one string.
    Members(Separator, Between, Box<Ty>),
    /// A value that is sent as its JSON text.
    JsonText(Box<Ty>),
    /// A value whose members are sent as `name[member]`.
    Bracketed(Box<Ty>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DateTy {
    DateTime,
    Date,
}

/// The separator between values that are sent as one string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Separator {
    Comma,
    Space,
    Pipe,
    Tab,
    Dot,
}

/// The separator between the name and the value of a member, for members that are sent as one string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Between {
    /// The sign `=`.
    Equals,
    /// The separator that also separates the members.
    Separator,
}

impl Ty {
    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Optional(_) | Self::Unit => self,
            other => Self::Optional(Box::new(other)),
        }
    }

    /// Returns whether the client passes values of this type by copy rather than by reference.
    pub(crate) fn is_copy(&self) -> bool {
        matches!(
            self,
            Self::Unit
                | Self::Bool
                | Self::I32
                | Self::I64
                | Self::U32
                | Self::U64
                | Self::F64
                | Self::Date(_)
        )
    }
}

/// The definition of a named type.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) kind: Kind,
    /// Whether the type is part of a request body.
    pub(crate) is_sent: bool,
    /// Whether an operation uses the type.
    pub(crate) is_used: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Struct {
        fields: Vec<Field>,
        /// The type of members that the document does not list.
        rest: Option<Ty>,
    },
    /// An enum of strings, with the name and the string of each variant.
    Texts {
        variants: Vec<(String, String)>,
        is_open: bool,
    },
    Union {
        variants: Vec<Variant>,
        tagging: Tagging,
    },
    /// A list or map that contains itself.
    Newtype(Ty),
    /// The errors of operations, with the statuses of each variant in the syntax of `#[status]`.
    Failure {
        variants: Vec<(String, Vec<String>, Option<Ty>, String)>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The member's name in JSON.
    pub(crate) key: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether the member is both optional and nullable.
    pub(crate) nullable: bool,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    /// The discriminator values that select this variant.
    pub(crate) tags: Vec<String>,
}

/// The way that decoding selects a union's variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// Decoding takes the first variant that fits.
    Untagged,
    /// Decoding uses a tag member that only the union writes, not the struct of the variant.
    Internal(String),
    /// Decoding uses a tag member that the struct of each variant also has.
    Member(String),
}
