//! [`Paging`] describes how to find the next page of a list.

/// Describes the location of the list in a page, and the rule for finding the next page.
///
/// Pointers are JSON pointers (RFC 6901) with one extension: if a name in the pointer ends with `?`, the field with
/// that name can be missing or `null`. If a field that is marked with `?` is missing or `null`, there is no next page.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub(crate) next: NextPage,
    /// The pointer to the list in a page, or `None` if the page itself is the list.
    pub(crate) items: Option<&'static str>,
    /// The pointer to a boolean field that is `true` if there is a next page.
    pub(crate) more: Option<&'static str>,
    /// Whether the runtime uses only the path and query of a link to the next page, and not the link's origin.
    pub(crate) rebase: bool,
}

/// The kinds of paging. All pointers are JSON pointers (RFC 6901).
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the variants are created only by functions that generated code calls")]
pub(crate) enum NextPage {
    Link,
    Url { pointer: &'static str },
    Cursor { pointer: &'static str, parameter: &'static str },
    Header { name: &'static str, parameter: &'static str },
    Last { pointer: &'static str, parameter: &'static str },
    Number { parameter: &'static str },
    Offset { parameter: &'static str },
}

impl NextPage {
    /// Whether the runtime must read the list of items in each page. If `needs_list` returns `true`, paging ends at the
    /// first page whose list of items is empty.
    pub(crate) fn needs_list(self) -> bool {
        matches!(self, Self::Last { .. } | Self::Number { .. } | Self::Offset { .. })
    }
}

impl Paging {
    /// Reads the URL of the next page from a `Link: …; rel="next"` header (RFC 8288).
    #[must_use]
    pub const fn link() -> Self {
        Self::by(NextPage::Link)
    }

    /// Reads the URL of the next page from the response body.
    #[must_use]
    pub const fn url(pointer: &'static str) -> Self {
        Self::by(NextPage::Url { pointer })
    }

    /// Reads a value from the body of a page and sends it in a query parameter to request the next page.
    #[must_use]
    pub const fn cursor(pointer: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Cursor { pointer, parameter })
    }

    /// Reads a value from a response header and sends it in a query parameter to request the next page.
    #[must_use]
    pub const fn header(name: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Header { name, parameter })
    }

    /// Reads a field from the last element of the list and sends it in a query parameter to request the next page.
    #[must_use]
    pub const fn last(pointer: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Last { pointer, parameter })
    }

    /// Increments the page number in a query parameter until a page contains an empty list. If the call does not set
    /// the parameter, the page number starts at 1.
    #[must_use]
    pub const fn number(parameter: &'static str) -> Self {
        Self::by(NextPage::Number { parameter })
    }

    /// Increases the offset in a query parameter until a page contains an empty list. If the call does not set the
    /// parameter, the offset starts at 0.
    #[must_use]
    pub const fn offset(parameter: &'static str) -> Self {
        Self::by(NextPage::Offset { parameter })
    }

    /// `items = "/data"`.
    #[must_use]
    pub const fn items(mut self, pointer: &'static str) -> Self {
        self.items = Some(pointer);
        self
    }

    /// `more = "/has_more"`.
    #[must_use]
    pub const fn more(mut self, pointer: &'static str) -> Self {
        self.more = Some(pointer);
        self
    }

    /// `rebase`.
    #[must_use]
    pub const fn rebase(mut self) -> Self {
        self.rebase = true;
        self
    }

    const fn by(next: NextPage) -> Self {
        Self { next, items: None, more: None, rebase: false }
    }
}
