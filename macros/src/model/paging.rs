//! Defines the ways in which a method can find the next page of a list.

/// The way to find the next page, and the list's location within a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) next: NextPage,
    /// The JSON pointer to the list in a page.
    pub(crate) items: Option<String>,
    /// The JSON pointer to a boolean that is `true` while there are more pages.
    pub(crate) more: Option<String>,
    /// Whether only the path and query of a link are used.
    pub(crate) rebase: bool,
}

/// The information that determines the next page. All fields named `pointer` contain JSON pointers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextPage {
    /// The `Link` header of the response.
    Link,
    /// A URL in the body.
    Url { pointer: String },
    /// A value from the body, sent in a query parameter.
    Cursor { pointer: String, into: String },
    /// A response header, sent in a query parameter.
    Header { name: String, into: String },
    /// A value from the last item, sent in a query parameter.
    Last { pointer: String, into: String },
    /// The page number, sent in a query parameter.
    Number { parameter: String },
    /// The item offset, sent in a query parameter.
    Offset { parameter: String },
}
