//! The ways in which a method finds the next page of a list.

/// How to find the next page, and where a page contains its list.
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

/// The place of a response that determines the next page. All pointers are JSON pointers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextPage {
    /// The `Link` header of the response.
    Link,
    /// A URL in the body.
    Url { pointer: String },
    /// A value of the body, sent in a query parameter.
    Cursor { pointer: String, into: String },
    /// A header of the response, sent in a query parameter.
    Header { name: String, into: String },
    /// A value of the last item, sent in a query parameter.
    Last { pointer: String, into: String },
    /// A query parameter that counts pages.
    Number { parameter: String },
    /// A query parameter that counts items.
    Offset { parameter: String },
}
