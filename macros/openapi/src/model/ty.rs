//! Types, and what defines those with a name.

/// A type by its index among the definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

/// A type.
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
    /// Any JSON value.
    Value,
    List(Box<Ty>),
    Map(Box<Ty>),
    Optional(Box<Ty>),
    Boxed(Box<Ty>),
    Named(TypeId),
    /// A type of the caller's own, by its path.
    Own(String),
    /// Values that are sent as one text.
    Separated(Separator, Box<Ty>),
    /// Members that are sent as one text.
    Members(Separator, Between, Box<Ty>),
    /// A value that is sent as the text of its JSON.
    JsonText(Box<Ty>),
    /// A value whose members are sent as `name[member]`.
    Bracketed(Box<Ty>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DateTy {
    DateTime,
    Date,
}

/// The separator between values that are sent as one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Separator {
    Comma,
    Space,
    Pipe,
    Tab,
    Dot,
}

/// The separator between the name and the value of a member, if members are sent as one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Between {
    /// `=`
    Equals,
    /// The same separator as between members.
    Separator,
}

impl Ty {
    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Optional(_) | Self::Unit => self,
            other => Self::Optional(Box::new(other)),
        }
    }

    /// Whether values of this type are copied, not borrowed, into calls.
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

/// A type with a name.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) kind: Kind,
    /// Whether it is part of a request body.
    pub(crate) is_sent: bool,
    /// Whether an operation uses it.
    pub(crate) is_used: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Struct {
        fields: Vec<Field>,
        /// The type of members that the document does not list.
        rest: Option<Ty>,
    },
    /// Texts: the name of each variant, and the text itself.
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
    /// The errors of operations: statuses in the words of `#[status]`.
    Failure {
        variants: Vec<(String, Vec<String>, Option<Ty>, String)>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// As JSON calls it.
    pub(crate) key: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether it may be left out and may be `null` too.
    pub(crate) nullable: bool,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    /// The values of the discriminator that mean this variant.
    pub(crate) tags: Vec<String>,
}

/// How the variants of a union are distinguished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// By what fits first.
    Untagged,
    /// By a member that only the union has.
    Internal(String),
    /// By a member that the variants have as well.
    Member(String),
}
