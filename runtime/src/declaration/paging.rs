//! Where an API says its next page is: [`Paging`].

/// How an endpoint says where its next page is.
#[derive(Clone, Copy, Debug)]
pub struct Paging(pub(crate) NextPage);

#[derive(Clone, Copy, Debug)]
pub(crate) enum NextPage {
    Link,
    Cursor { field: &'static str, parameter: &'static str },
    Number { parameter: &'static str },
}

impl Paging {
    /// By `Link: …; rel="next"` (RFC 8288), as GitHub does.
    #[must_use]
    pub const fn link() -> Self {
        Self(NextPage::Link)
    }

    /// By a field of the JSON answer, named by dots from the outside in; what it holds goes into a query
    /// parameter.
    #[must_use]
    pub const fn cursor(field: &'static str, parameter: &'static str) -> Self {
        Self(NextPage::Cursor { field, parameter })
    }

    /// By counting a query parameter up, from 1 if the call does not say, until a page is an empty array.
    #[must_use]
    pub const fn number(parameter: &'static str) -> Self {
        Self(NextPage::Number { parameter })
    }
}
