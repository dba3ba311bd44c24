//! Defines which names a placeholder can have, and recognizes placeholders in the notations of other frameworks.

/// Whether a placeholder can be named `name`. Punctuation that a name cannot contain is reserved for future kinds of
/// placeholders.
pub(crate) fn is_placeholder_name(name: &str) -> bool {
    let is_allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    !name.is_empty()
        && name.chars().all(is_allowed)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.starts_with("self.")
}

/// Returns the help text for an invalid name. The help text suggests the placeholder that was probably intended.
pub(super) fn meant(text: &str) -> String {
    let text = text.trim();
    let (name, format) = text.split_once(':').unwrap_or((text, ""));
    let name = name.trim().trim_start_matches("self.");
    let plain = name.trim_matches(['*', '+', '.', '?', ' ']);
    if !is_placeholder_name(plain) {
        return "use letters, digits, `_`, `-` and `.`; end with `*` to match several segments".to_owned();
    }
    let several = name.contains(['*', '+'])
        || name.contains("..")
        || [".*", ".+", "*", "+", "path"].contains(&format.trim());
    if several {
        return format!("to match several segments, write `{{{plain}*}}`");
    }
    format!("write `{{{plain}}}`")
}

/// Finds a segment that other frameworks read as a placeholder, such as `:id`, `*rest`, `<id>` or `[id]`. Returns the
/// placeholder as written and the same placeholder in this macro's notation.
pub(super) fn foreign(segment: &str) -> Option<(String, String)> {
    let one = |name: &str| format!("{{{name}}}");
    let found = if let Some(rest) = segment.strip_prefix(':') {
        let name = leading_name(rest)?;
        (format!(":{name}"), one(name))
    } else if let Some(rest) = segment.strip_prefix('*') {
        let name = leading_name(rest.trim_start_matches('*'))?;
        (segment.to_owned(), format!("{{{name}*}}"))
    } else {
        let inside = enclosed(segment, "<", ">").or_else(|| enclosed(segment, "[", "]"))?;
        let inner = enclosed(inside, "[", "]").unwrap_or(inside);
        let several = inner.starts_with(['.', '*']) || inner.starts_with("path:");
        let name = inner.trim_start_matches(['.', '*']).rsplit_once(':').map_or(inner, |(_, name)| name);
        let name = leading_name(name.trim_start_matches(['.', '*']))?;
        (segment.to_owned(), if several { format!("{{{name}*}}") } else { one(name) })
    };
    Some(found)
}

fn leading_name(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, _) = text.split_at_checked(end)?;
    name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_').then_some(name)
}

fn enclosed<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    text.strip_prefix(open)?.strip_suffix(close)
}
