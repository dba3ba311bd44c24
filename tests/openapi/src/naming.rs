//! Converts the names of a document to Rust identifiers.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Keywords that can be raw identifiers.
const RAW: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that cannot.
const NEVER: &[&str] = &["crate", "self", "super", ""];

/// The methods that the client has in addition to those of the trait.
const OF_THE_CLIENT: &[&str] = &["builder", "client", "clone", "new", "session"];

/// The identifiers of one scope, each assigned once.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// For the methods of a trait.
    pub(crate) fn of_methods() -> Self {
        Self { taken: OF_THE_CLIENT.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// The first of `wanted` that is free, or the last with a number after it.
    pub(crate) fn take(&mut self, wanted: &[&str]) -> String {
        let names: Vec<String> = wanted.iter().map(|text| snake(text)).collect();
        let free = names.iter().find(|name| !self.taken.contains(*name)).cloned();
        let last = names.last().cloned().unwrap_or_default();
        let name = free.unwrap_or_else(|| {
            let mut numbered = (2..).map(|number| format!("{last}_{number}"));
            numbered.find(|name| !self.taken.contains(name)).unwrap_or(last)
        });
        self.taken.insert(name.clone());
        name
    }
}

/// The identifier as source code.
pub(crate) fn written(name: &str) -> String {
    if RAW.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// The name of a trait.
pub(crate) fn trait_name(title: &str) -> String {
    let name = ascii(title).to_upper_camel_case();
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if starts_well && name != "Self" { name } else { format!("Api{name}") }
}

fn snake(text: &str) -> String {
    let name = ascii(text).to_snake_case();
    if NEVER.contains(&&*name) {
        return if name.is_empty() { "unnamed".to_owned() } else { format!("{name}_") };
    }
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Signs that distinguish names become words. All other invalid characters separate words.
fn ascii(text: &str) -> String {
    let mut ascii = String::new();
    for (at, letter) in text.chars().enumerate() {
        match letter {
            '+' if at == 0 => ascii.push_str("plus "),
            '-' if at == 0 => ascii.push_str("minus "),
            _ if letter.is_ascii_alphanumeric() => ascii.push(letter),
            // `user's` is one word.
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
    }

    #[test]
    fn every_title_becomes_a_type() {
        assert_eq!(trait_name("GitHub v3 REST API"), "GitHubV3RestApi");
        assert_eq!((trait_name("2checkout"), trait_name("")), ("Api2checkout".to_owned(), "Api".to_owned()));
    }
}
