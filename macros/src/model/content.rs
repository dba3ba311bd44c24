//! What a parameter or constant adds to the request body.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content<'m> {
    Whole(Whole),
    JsonMember(&'m str),
    FormMember(&'m str),
    Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Json,
    Form,
    Bytes,
}

impl Content<'_> {
    /// Whether one body can contain both `self` and `other`.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::JsonMember(_), Self::JsonMember(_))
                | (Self::FormMember(_), Self::FormMember(_))
                | (Self::Part, Self::Part)
        )
    }
}
