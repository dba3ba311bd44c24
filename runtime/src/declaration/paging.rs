//! How the next page of a list is found: [`Paging`].

/// How an endpoint says where its next page is, and where in a page its list is.
///
/// A pointer is a JSON pointer (RFC 6901) with one extension: a member whose name ends with `?` may be missing or
/// `null`, and then there is no next page.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub(crate) next: NextPage,
    /// The pointer to the list in a page. `None`: the page is the list.
    pub(crate) items: Option<&'static str>,
    /// The pointer to a boolean. Anything but `true` means that there is no next page.
    pub(crate) more: Option<&'static str>,
    /// Whether only path and query of a link count.
    pub(crate) rebase: bool,
}

/// How the next page is found. All pointers are JSON pointers (RFC 6901).
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the sources that read the items of a page are still to come")]
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
    /// Whether the list of a page says what the next page is. Then an empty list ends the pages.
    pub(crate) fn needs_list(self) -> bool {
        matches!(self, Self::Last { .. } | Self::Number { .. } | Self::Offset { .. })
    }
}

impl Paging {
    /// With a `Link: …; rel="next"` header (RFC 8288), as GitHub does.
    #[must_use]
    pub const fn link() -> Self {
        Self::by(NextPage::Link)
    }

    /// With a URL in the body.
    #[must_use]
    pub const fn url(pointer: &'static str) -> Self {
        Self::by(NextPage::Url { pointer })
    }

    /// With a value in the body that goes into a query parameter.
    #[must_use]
    pub const fn cursor(pointer: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Cursor { pointer, parameter })
    }

    /// With a header whose value goes into a query parameter.
    #[must_use]
    pub const fn header(name: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Header { name, parameter })
    }

    /// With a field of the last element of the list, which goes into a query parameter.
    #[must_use]
    pub const fn last(pointer: &'static str, parameter: &'static str) -> Self {
        Self::by(NextPage::Last { pointer, parameter })
    }

    /// With a query parameter that counts pages, from 1 if the call does not say, up to the first empty list.
    #[must_use]
    pub const fn number(parameter: &'static str) -> Self {
        Self::by(NextPage::Number { parameter })
    }

    /// With a query parameter that counts elements, from 0 if the call does not say, up to the first empty list.
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
