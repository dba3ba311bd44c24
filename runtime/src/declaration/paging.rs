//! How the next page of a list is found: [`Paging`].

/// How an endpoint announces its next page.
#[derive(Clone, Copy, Debug)]
pub struct Paging(pub(crate) NextPage);

#[derive(Clone, Copy, Debug)]
pub(crate) enum NextPage {
    Link,
    Cursor { field: &'static str, parameter: &'static str },
    Number { parameter: &'static str },
}

impl Paging {
    /// With a `Link: …; rel="next"` header (RFC 8288), as GitHub does.
    #[must_use]
    pub const fn link() -> Self {
        Self(NextPage::Link)
    }

    /// With a cursor in a field of the JSON answer, which becomes a query parameter of the next request. Dots separate
    /// the names of nested fields.
    #[must_use]
    pub const fn cursor(field: &'static str, parameter: &'static str) -> Self {
        Self(NextPage::Cursor { field, parameter })
    }

    /// With a page number as a query parameter. It starts at 1 unless the call sets it, and the last page is an empty
    /// array.
    #[must_use]
    pub const fn number(parameter: &'static str) -> Self {
        Self(NextPage::Number { parameter })
    }
}
