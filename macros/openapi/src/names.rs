//! Converts names from a document into Rust identifiers. If two names would become the same identifier, only the second
//! name is changed.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Keywords that are valid identifiers in raw form, such as `r#type`.
const RAW: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that cannot be raw identifiers, and the empty string.
const NEVER: &[&str] = &["crate", "self", "super", ""];

/// The functions that every generated client has in addition to its trait methods.
const OF_THE_CLIENT: &[&str] =
    &["builder", "client", "clone", "new", "session", "with_header", "with_session", "with_timeout"];

/// The type and trait names that occur without a path in the generated code or in the expansion of its macros.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Serializer",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Names that an enum variant cannot have.
const NO_VARIANT: &[&str] = &["Self", ""];

/// The identifiers that are used in one scope. A `Scope` never returns the same identifier twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    pub(crate) fn of_methods() -> Self {
        Self { taken: OF_THE_CLIENT.iter().map(|name| (*name).to_owned()).collect() }
    }

    pub(crate) fn of_types() -> Self {
        Self {
            taken: PRELUDE.iter().chain(crate::helper_types::NAMES).map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Returns the first of the `wanted` names whose `snake_case` form is unused. If all `wanted` names are used,
    /// appends a number to the last name.
    pub(crate) fn take(&mut self, wanted: &[&str]) -> String {
        let names: Vec<String> = wanted.iter().map(|text| snake(text)).collect();
        self.take_free(&names, "_")
    }

    /// The `UpperCamelCase` counterpart of [`Scope::take`].
    pub(crate) fn take_type(&mut self, wanted: &[&str]) -> String {
        let names: Vec<String> = wanted.iter().map(|text| type_name(text)).collect();
        self.take_free(&names, "")
    }

    pub(crate) fn take_variant(&mut self, wanted: &str) -> String {
        self.take_free(&[variant(wanted)], "")
    }

    /// If all `names` are unused, reserves them and returns `true`. If any of the `names` is used, reserves none of
    /// them and returns `false`.
    pub(crate) fn take_all(&mut self, names: &[&str]) -> bool {
        let are_free = names.iter().all(|name| !self.taken.contains(*name));
        if are_free {
            self.taken.extend(names.iter().map(|name| (*name).to_owned()));
        }
        are_free
    }

    fn take_free(&mut self, names: &[String], between: &str) -> String {
        let free = names.iter().find(|name| !self.taken.contains(*name)).cloned();
        let last = names.last().cloned().unwrap_or_default();
        let name = free.unwrap_or_else(|| {
            // A number directly after a digit would be misread: a second `Sha2` would become `Sha22`.
            let between = if last.ends_with(|letter: char| letter.is_ascii_digit()) && between.is_empty() {
                "No"
            } else {
                between
            };
            let mut numbered = (2..).map(|number: usize| format!("{last}{between}{number}"));
            numbered.find(|name| !self.taken.contains(name)).unwrap_or(last)
        });
        self.taken.insert(name.clone());
        name
    }
}

/// Returns an identifier as it appears in Rust source, such as `r#type`.
pub(crate) fn written(name: &str) -> String {
    if RAW.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

pub(crate) fn type_name(text: &str) -> String {
    let name = ascii(text).to_upper_camel_case();
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_alphabetic() => name,
        Some(_) => format!("Api{name}"),
    }
}

fn variant(text: &str) -> String {
    let name = ascii(text).to_upper_camel_case();
    match name.chars().next() {
        None if text.is_empty() => "Empty".to_owned(),
        Some(first) if first.is_ascii_alphabetic() && !NO_VARIANT.contains(&&*name) => name,
        _ => format!("Value{name}"),
    }
}

pub(crate) fn snake(text: &str) -> String {
    let name = ascii(text).to_snake_case();
    if NEVER.contains(&&*name) {
        return if name.is_empty() { "unnamed".to_owned() } else { format!("{name}_") };
    }
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Replaces symbols such as `+` and `<` with words, and any other character that is invalid in identifiers with a
/// space.
fn ascii(text: &str) -> String {
    let mut ascii = String::new();
    for (at, letter) in text.chars().enumerate() {
        match letter {
            '+' if at == 0 => ascii.push_str("plus "),
            '-' if at == 0 => ascii.push_str("minus "),
            '<' => ascii.push_str(" less "),
            '>' => ascii.push_str(" greater "),
            '=' if text.chars().count() <= 2 => ascii.push_str(" equal "),
            _ if letter.is_ascii_alphanumeric() => ascii.push(letter),
            // The apostrophe is dropped, so that `user's` becomes the single word `users`.
            '\'' => {}
            _ => ascii.push(' '),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_an_identifier() {
        for (text, name) in [
            ("actions/list-runs", "actions_list_runs"),
            ("getHTTPResponse", "get_http_response"),
            ("page[size]", "page_size"),
            ("+1", "plus_1"),
            ("2fa", "_2fa"),
            ("self", "self_"),
            ("日本", "unnamed"),
            ("a__b", "a_b"),
        ] {
            assert_eq!(snake(text), name, "{text}");
        }
        assert_eq!((written("type"), written("kind")), ("r#type".to_owned(), "kind".to_owned()));
    }

    #[test]
    fn no_identifier_is_given_twice() {
        let mut scope = Scope::of_methods();
        assert_eq!(scope.take(&["list"]), "list");
        assert_eq!(scope.take(&["List", "list by id"]), "list_by_id");
        assert_eq!(scope.take(&["list"]), "list_2");
        assert_eq!(scope.take(&["session"]), "session_2");
        let mut types = Scope::of_types();
        assert_eq!(types.take_type(&["pet"]), "Pet");
        assert_eq!(
            (types.take_type(&["Pet"]), types.take_type(&["option"])),
            ("Pet2".to_owned(), "Option2".to_owned())
        );
        assert_eq!(
            (types.take_type(&["v1"]), types.take_type(&["v1"])),
            ("V1".to_owned(), "V1No2".to_owned())
        );
    }

    #[test]
    fn every_text_becomes_a_type_and_a_variant() {
        assert_eq!(type_name("GitHub v3 REST API"), "GitHubV3RestApi");
        assert_eq!(
            (type_name("2checkout"), type_name("")),
            ("Api2checkout".to_owned(), "Unnamed".to_owned())
        );
        for (text, name) in [
            ("in_progress", "InProgress"),
            ("", "Empty"),
            ("+1", "Plus1"),
            ("1", "Value1"),
            (">=", "GreaterEqual"),
            ("*", "Value"),
        ] {
            assert_eq!(variant(text), name, "{text}");
        }
    }
}
