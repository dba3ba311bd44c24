//! The names that a placeholder can have.

/// Whether a placeholder can have this name. Other punctuation is reserved for future kinds of placeholder.
pub(crate) fn is_placeholder_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// The name in notations that other frameworks use for several segments: `*rest`, `rest**`, `rest+`.
pub(super) fn without_stars(text: &str) -> Option<&str> {
    let name = text.trim_matches(['*', '+']);
    (name != text && is_placeholder_name(name)).then_some(name)
}
