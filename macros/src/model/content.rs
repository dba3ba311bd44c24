//! HEADER

/// What the body of a request is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content<'m> {
    Whole,
    JsonMember(&'m str),
    FormMember(&'m str),
    Part,
}

impl Content<'_> {
    /// Whether both can be parts of one body.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::JsonMember(_), Self::JsonMember(_))
                | (Self::FormMember(_), Self::FormMember(_))
                | (Self::Part, Self::Part)
        )
    }
}
