//! The ways in which a method finds its next page.

/// How to find the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) way: &'static str,
    pub(crate) value: Option<String>,
    pub(crate) parameter: Option<String>,
    pub(crate) items: Option<String>,
    pub(crate) more: Option<String>,
    pub(crate) rebase: bool,
}

/// Whether `text` is a path to a JSON field: names separated by dots.
pub(crate) fn is_field(text: &str) -> bool {
    text.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_path_is_names_separated_by_dots() {
        for text in ["/next", "/meta/next"] {
            assert!(is_field(text), "{text}");
        }
        for text in ["", "meta.next"] {
            assert!(!is_field(text), "{text:?}");
        }
    }
}
