//! HEADER

/// Whether a placeholder can have this name. Punctuation stays free for forms of placeholders yet to come.
pub(crate) fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// The name in other ways of writing a rest: `*rest`, `rest**`, `rest+`.
pub(super) fn without_stars(text: &str) -> Option<&str> {
    let name = text.trim_matches(['*', '+']);
    (name != text && is_placeholder(name)).then_some(name)
}
