//! HEADER

use super::spelling;

/// Why `text` is not a `what`. One that is empty could not be seen between backticks.
pub(crate) fn invalid(what: &str, text: &str) -> String {
    if text.is_empty() {
        return format!("{what} must not be empty");
    }
    format!("`{}` is not a valid {what}", text.escape_debug())
}

/// What there is to choose from.
pub(crate) fn expected(known: &[&str]) -> String {
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("expected one of {}", list.join(", "))
}

/// The help for a near miss, if `word` is one.
pub(crate) fn similar(what: &str, word: &str, known: &[&str]) -> Option<String> {
    let name = spelling::nearest(word, known)?;
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Some(format!("there is {article} {what} with a similar name: `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_empty_is_not_quoted() {
        assert_eq!(invalid("duration", ""), "duration must not be empty");
        assert_eq!(invalid("duration", "a\nb"), "`a\\nb` is not a valid duration");
    }
}
