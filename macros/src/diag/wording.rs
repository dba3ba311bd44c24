//! Formats the phrases that many error messages share.

use super::spelling;

/// Returns the error message for a `text` that is not a valid `what`. If `text` is empty, the message does not quote
/// `text`, because empty backticks are hard to read.
pub(crate) fn invalid(what: &str, text: &str) -> String {
    if text.is_empty() {
        return format!("{what} must not be empty");
    }
    format!("`{}` is not a valid {what}", text.escape_debug())
}

pub(crate) fn expected(known: &[&str]) -> String {
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("expected one of {}", list.join(", "))
}

/// Returns the help text for a misspelled `word`, if a known name is close enough.
pub(crate) fn similar(what: &str, word: &str, known: &[&str]) -> Option<String> {
    let name = spelling::nearest(word, known)?;
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Some(format!("there is {article} {what} with a similar name: `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_not_quoted() {
        assert_eq!(invalid("duration", ""), "duration must not be empty");
        assert_eq!(invalid("duration", "a\nb"), "`a\\nb` is not a valid duration");
    }
}
