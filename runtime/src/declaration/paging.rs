//! Where an API says its next page is: [`Paging`].

/// How an endpoint says where its next page is, and where a page holds its list.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub(crate) next: NextPage,
    /// The JSON pointer to the list in a page.
    pub(crate) items: Option<&'static str>,
    /// The JSON pointer to a boolean. Anything but `true` ends the list.
    pub(crate) more: Option<&'static str>,
    /// Whether only the path and query of a link count.
    pub(crate) rebase: bool,
}

/// How the next page is found. All pointers are JSON pointers (RFC 6901).
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the sources that read the items of a page are still to come")]
pub(crate) enum NextPage {
    Link,
    Url { pointer: &'static str },
    Cursor { pointer: &'static str, into: &'static str },
    Header { name: &'static str, into: &'static str },
    Last { pointer: &'static str, into: &'static str },
    Number { parameter: &'static str },
    Offset { parameter: &'static str },
}

impl Paging {
    /// The `Link` header of the response (RFC 8288), as GitHub sends it.
    #[must_use]
    pub const fn link() -> Self {
        Self::of(NextPage::Link)
    }

    /// A URL in the JSON body.
    #[must_use]
    pub const fn url(pointer: &'static str) -> Self {
        Self::of(NextPage::Url { pointer })
    }

    /// A value of the JSON body, which goes into a query parameter.
    #[must_use]
    pub const fn cursor(pointer: &'static str, into: &'static str) -> Self {
        Self::of(NextPage::Cursor { pointer, into })
    }

    /// A header of the response, whose value goes into a query parameter.
    #[must_use]
    pub const fn header(name: &'static str, into: &'static str) -> Self {
        Self::of(NextPage::Header { name, into })
    }

    /// A value of the last item, which goes into a query parameter.
    #[must_use]
    pub const fn last(pointer: &'static str, into: &'static str) -> Self {
        Self::of(NextPage::Last { pointer, into })
    }

    /// A query parameter that counts pages, from 1 if the call does not set it.
    #[must_use]
    pub const fn number(parameter: &'static str) -> Self {
        Self::of(NextPage::Number { parameter })
    }

    /// A query parameter that counts items, from 0 if the call does not set it.
    #[must_use]
    pub const fn offset(parameter: &'static str) -> Self {
        Self::of(NextPage::Offset { parameter })
    }

    /// Where in a page its list is.
    #[must_use]
    pub const fn items(mut self, pointer: &'static str) -> Self {
        self.items = Some(pointer);
        self
    }

    /// A boolean without which there is no next page.
    #[must_use]
    pub const fn more(mut self, pointer: &'static str) -> Self {
        self.more = Some(pointer);
        self
    }

    /// Only the path and query of a link count.
    #[must_use]
    pub const fn rebase(mut self) -> Self {
        self.rebase = true;
        self
    }

    const fn of(next: NextPage) -> Self {
        Self { next, items: None, more: None, rebase: false }
    }
}
