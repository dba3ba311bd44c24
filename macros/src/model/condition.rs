//! Conditions on a response body: the value at a JSON pointer equals a literal.

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) pointer: String,
    pub(crate) value: Literal,
}

/// The value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// Checks that a text is a JSON pointer (RFC 6901 §3). Returns the help for an invalid one.
pub(crate) fn wrong_pointer(text: &str) -> Option<String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Some(format!("a JSON pointer must begin with `/`: write `/{}`", text.escape_debug()));
    }
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    let escaped = text.split('~').skip(1).all(is_escape);
    (!escaped).then(|| "write `~` as `~0`, and `/` in a name as `~1`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_empty_or_begins_with_a_slash_and_escapes_tildes() {
        for right in ["", "/", "/error", "/errors/0/code", "/a~1b", "/m~0n", "/~01", "/ü x"] {
            assert_eq!(wrong_pointer(right), None, "{right}");
        }
        for wrong in ["error", "error/code", "#/error", "/a~", "/a~2b", "/~/x"] {
            assert!(wrong_pointer(wrong).is_some(), "{wrong}");
        }
    }
}
