//! A condition on the body of an answer: the value at a JSON pointer is this one.

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) pointer: String,
    pub(crate) value: Literal,
}

/// What is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// What keeps a text from being a JSON pointer (RFC 6901 §3), as a help; `None` if it is one.
pub(crate) fn wrong_pointer(text: &str) -> Option<String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Some(format!("a JSON pointer begins with `/`: write `/{}`", text.escape_debug()));
    }
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    let escaped = text.split('~').skip(1).all(is_escape);
    (!escaped).then(|| "write `~0` for `~`, and `~1` for `/` in a name".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_empty_or_begins_with_a_slash_and_escapes_its_tildes() {
        for right in ["", "/", "/error", "/errors/0/code", "/a~1b", "/m~0n", "/~01", "/ü x"] {
            assert_eq!(wrong_pointer(right), None, "{right}");
        }
        for wrong in ["error", "error/code", "#/error", "/a~", "/a~2b", "/~/x"] {
            assert!(wrong_pointer(wrong).is_some(), "{wrong}");
        }
    }
}
