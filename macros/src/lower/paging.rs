//! Reads the `pages` attribute, which says how to find the next page.

use super::report::push_wrong_form;
use crate::diag::{Diagnostics, expected, invalid};
use crate::model::{Paging, is_field};
use crate::syntax::{Argument, Attribute, Style, Value};

/// The arguments of `#[pages(...)]`, and how each is written.
const WORDS: &[(&str, &str)] = &[
    ("link", "link"),
    ("cursor", "cursor = \"next_cursor\""),
    ("number", "number = \"page\""),
    ("into", "into = \"cursor\""),
];

const FORMS: &str = "`#[pages(link)]`, `#[pages(cursor = \"next_cursor\", into = \"cursor\")]` or `#[pages(number = \"page\")]`";

/// The default query parameter for a cursor.
const CURSOR: &str = "cursor";

/// Reads `#[pages(link)]`, `#[pages(cursor = "meta.next", into = "cursor")]` and `#[pages(number = "page")]`.
pub(super) fn lower_paging(attribute: &Attribute, diag: &mut Diagnostics) -> Option<Paging> {
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, FORMS, diag);
        return None;
    }
    let mut found = Found::default();
    for argument in &attribute.arguments {
        found.add(argument, diag)?;
    }
    match (found.way, found.into) {
        (Some(Paging::Cursor { field, parameter }), into) => {
            let parameter = into.map_or(parameter, |(_, parameter)| parameter);
            Some(Paging::Cursor { field, parameter })
        }
        (Some(_), Some((key, _))) => {
            diag.push(key.at, "argument `into` applies to `cursor` only");
            None
        }
        (None, _) => {
            let fact = "the `pages` attribute has none of `link`, `cursor` and `number`";
            diag.push_help(attribute.whole, fact, format_args!("write {FORMS}"));
            None
        }
        (way, None) => way,
    }
}

#[derive(Default)]
struct Found<'a> {
    way: Option<Paging>,
    into: Option<(&'a Value, String)>,
}

impl<'a> Found<'a> {
    /// Adds one argument. Returns `None` after reporting an error.
    fn add(&mut self, argument: &'a Argument, diag: &mut Diagnostics) -> Option<()> {
        let key = argument.key();
        let word = key.word().unwrap_or_default();
        let Some((name, form)) = WORDS.iter().find(|(name, _)| *name == word) else {
            push_unknown(key, diag);
            return None;
        };
        let value = match argument {
            Argument::Pair(_, value) => Some(value),
            Argument::Single(_) | Argument::List(..) | Argument::Equation(..) => None,
        };
        let text = value.and_then(Value::text);
        let is_right = match argument {
            Argument::Single(_) => *name == "link",
            Argument::Pair(..) => *name != "link" && text.is_some(),
            Argument::List(..) | Argument::Equation(..) => false,
        };
        if !is_right {
            diag.push(key.at, format_args!("argument `{name}` must be written `{form}`"));
            return None;
        }
        let at = value.map_or(key.at, |value| value.at);
        let text = text.unwrap_or_default().to_owned();
        let is_twice = if *name == "into" { self.into.is_some() } else { self.way.is_some() };
        if is_twice {
            let fact = match *name {
                "into" => "duplicate argument `into`",
                _ => "the `pages` attribute must have only one of `link`, `cursor` and `number`",
            };
            diag.push(key.at, fact);
            return None;
        }
        match *name {
            "cursor" if !is_field(&text) => {
                let help = "separate field names with dots, such as `meta.next_cursor`";
                diag.push_help(at, invalid("field", &text), help);
                return None;
            }
            "number" | "into" if text.is_empty() => {
                diag.push(at, format_args!("the query parameter of `{name}` must not be empty"));
                return None;
            }
            "link" => self.way = Some(Paging::Link),
            "cursor" => self.way = Some(Paging::Cursor { field: text, parameter: CURSOR.to_owned() }),
            "number" => self.way = Some(Paging::Number { parameter: text }),
            _ => self.into = Some((key, text)),
        }
        Some(())
    }
}

fn push_unknown(key: &Value, diag: &mut Diagnostics) {
    let known: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
    match key.word() {
        Some(word) => diag.push_unknown(key.at, "argument", &word, &known),
        None => diag.push(key.at, format_args!("unknown argument, {}", expected(&known))),
    }
}
