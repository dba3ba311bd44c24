//! Defines conditions on a response body: a condition compares the value at a JSON pointer with a literal.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) pointer: String,
    pub(crate) value: Literal,
}

/// A string, an integer or a boolean in an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// Returns `None` for a valid JSON pointer (RFC 6901 §3). For an invalid JSON pointer, returns a message that explains
/// how to fix the pointer.
pub(crate) fn wrong_pointer(text: &str) -> Option<String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Some(format!(
            "a JSON pointer must begin with `/`: write `{}`",
            as_pointer(text).escape_debug()
        ));
    }
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    let escaped = text.split('~').skip(1).all(is_escape);
    (!escaped).then(|| "write `~` as `~0`, and `/` in a name as `~1`".to_owned())
}

/// For a path in another notation, such as `meta.next`, `$.meta.next` or `items[0].id`, returns the JSON pointer that
/// the path probably represents.
fn as_pointer(text: &str) -> String {
    let text = text.trim_start_matches(['$', '#']).trim_start_matches(['.', '/']);
    let steps = text.split(['.', '[', '/']).map(|step| step.trim_end_matches(']').trim_matches(['"', '\'']));
    steps.filter(|step| !step.is_empty()).flat_map(|step| ["/", step]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_notation_is_shown_as_a_pointer() {
        for (written, pointer) in [
            ("error", "/error"),
            ("meta.next", "/meta/next"),
            ("$.meta.next", "/meta/next"),
            ("$['meta']['next']", "/meta/next"),
            ("items[0].id", "/items/0/id"),
            ("#/error", "/error"),
            ("error/code", "/error/code"),
        ] {
            assert_eq!(as_pointer(written), pointer, "{written}");
        }
    }

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
