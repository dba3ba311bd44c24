//! The model of Rust types and named type definitions.

/// The index of a type in the list of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

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
    /// A type that the user defines, given by its path.
    Own(String),
    /// A list whose values are joined into one string.
    Separated(Separator, Box<Ty>),
    /// An object whose properties are joined into one string.
    Members(Separator, Between, Box<Ty>),
    JsonText(Box<Ty>),
    /// An object whose properties are sent as `name[property]`.
    Bracketed(Box<Ty>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DateTy {
    DateTime,
    Date,
}

/// The separator between the values in a joined string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Separator {
    Comma,
    Space,
    Pipe,
    Tab,
    Dot,
}

/// The separator between the name and the value of a property in a joined string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Between {
    /// The sign `=`.
    Equals,
    /// The separator between two properties in a joined string.
    Separator,
}

impl Ty {
    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Optional(_) | Self::Unit => self,
            other => Self::Optional(Box::new(other)),
        }
    }

    /// Returns whether methods take this type by value rather than by reference.
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
        /// The type of the additional properties.
        rest: Option<Ty>,
    },
    /// A string enum: the name and the string of each variant.
    Texts {
        variants: Vec<(String, String)>,
        is_open: bool,
    },
    Union {
        variants: Vec<Variant>,
        tagging: Tagging,
    },
    /// A list type or map type that contains itself.
    Newtype(Ty),
    /// An error enum. Each variant has its status codes in `#[status]` syntax.
    Failure {
        variants: Vec<(String, Vec<String>, Option<Ty>, String)>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The property's name in JSON.
    pub(crate) key: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether the property is both optional and nullable.
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

/// The way in which decoding selects the variant of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// Decoding tries the variants in order and uses the first variant that fits.
    Untagged,
    /// Decoding reads a tag property that the variant structs do not contain.
    Internal(String),
    /// Decoding reads a tag property that every variant struct also contains.
    Member(String),
}
