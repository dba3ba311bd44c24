//! Defines the ways in which a method can find the next page of a list.

/// The rule for finding the next page, and the location of the list of items in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) next: NextPage,
    /// The JSON pointer to the list of items in a page.
    pub(crate) items: Option<String>,
    /// The JSON pointer to a boolean that is `true` while there are more pages.
    pub(crate) more: Option<String>,
    /// Whether the client uses only the path and query of a link to the next page.
    pub(crate) rebase: bool,
}

/// The source of the next page of a list. All fields named `pointer` contain JSON pointers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextPage {
    /// The `Link` header of the response.
    Link,
    /// A URL in the response body.
    Url { pointer: String },
    /// A value from the response body, sent as a query parameter of the next request.
    Cursor { pointer: String, into: String },
    /// The value of a response header, sent as a query parameter of the next request.
    Header { name: String, into: String },
    /// A value from the last item of the page, sent as a query parameter of the next request.
    Last { pointer: String, into: String },
    /// The page number, sent in a query parameter.
    Number { parameter: String },
    /// The item offset, sent in a query parameter.
    Offset { parameter: String },
}
