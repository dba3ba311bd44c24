//! What a parameter or constant adds to the request body.

/// What a parameter or constant adds to the request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content<'m> {
    Whole(Whole),
    JsonMember(&'m str),
    FormMember(&'m str),
    Part,
}

/// A whole body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Json,
    Form,
    Bytes,
}

impl Content<'_> {
    /// Whether one body can hold both.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::JsonMember(_), Self::JsonMember(_))
                | (Self::FormMember(_), Self::FormMember(_))
                | (Self::Part, Self::Part)
        )
    }
}
