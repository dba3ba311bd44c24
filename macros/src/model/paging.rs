//! The ways in which a method finds its next page.

/// How to find the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// The `Link` header of the response.
    Link,
    /// A field of the response, sent in a query parameter.
    Cursor { field: String, parameter: String },
    /// A query parameter that counts pages.
    Number { parameter: String },
}

/// Whether `text` is a path to a JSON field: names separated by dots.
pub(crate) fn is_field(text: &str) -> bool {
    text.split('.').all(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_path_is_names_separated_by_dots() {
        for text in ["next", "meta.next_cursor", "a.b.c", "@odata-next"] {
            assert!(is_field(text), "{text}");
        }
        for text in ["", ".", "meta.", ".next", "a..b", "a b", "meta. next"] {
            assert!(!is_field(text), "{text:?}");
        }
    }
}
