//! How a method finds its next page. Pure text, no spans.

/// The way from a page to the one after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// The `Link` header of the answer says where it is.
    Link,
    /// A field of the answer goes into a query parameter.
    Cursor { field: String, parameter: String },
    /// A query parameter counts.
    Number { parameter: String },
}

/// Whether `text` leads to a field of a JSON object: names with dots between them.
pub(crate) fn is_field(text: &str) -> bool {
    text.split('.').all(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_names_with_dots_between() {
        for text in ["next", "meta.next_cursor", "a.b.c", "@odata-next"] {
            assert!(is_field(text), "{text}");
        }
        for text in ["", ".", "meta.", ".next", "a..b", "a b", "meta. next"] {
            assert!(!is_field(text), "{text:?}");
        }
    }
}
