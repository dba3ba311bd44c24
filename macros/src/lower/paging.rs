//! Reads the `pages` attribute, which says how to find the next page.

use super::report::push_wrong_form;
use crate::diag::{Diagnostics, Location, expected, invalid};
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
    match (found.paging, found.into) {
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
        (paging, None) => paging,
    }
}

#[derive(Default)]
struct Found<'a> {
    paging: Option<Paging>,
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
        let Some((at, text)) = lower_text(argument, name) else {
            diag.push(key.at, format_args!("argument `{name}` must be written `{form}`"));
            return None;
        };
        match *name {
            "into" if self.into.is_some() => {
                diag.push(key.at, "duplicate argument `into`");
                return None;
            }
            "link" | "cursor" | "number" if self.paging.is_some() => {
                let fact = "the `pages` attribute must have only one of `link`, `cursor` and `number`";
                diag.push(key.at, fact);
                return None;
            }
            _ => {}
        }
        self.set(name, key, at, text, diag)
    }

    /// Sets one argument, whose form was checked before. Returns `None` after reporting an error.
    fn set(
        &mut self,
        name: &str,
        key: &'a Value,
        at: Location,
        text: String,
        diag: &mut Diagnostics,
    ) -> Option<()> {
        match name {
            "cursor" if !is_field(&text) => {
                let help = "separate field names with dots, such as `meta.next_cursor`";
                diag.push_help(at, invalid("field", &text), help);
                return None;
            }
            "number" | "into" if text.is_empty() => {
                diag.push(at, format_args!("the query parameter of `{name}` must not be empty"));
                return None;
            }
            "link" => self.paging = Some(Paging::Link),
            "cursor" => self.paging = Some(Paging::Cursor { field: text, parameter: CURSOR.to_owned() }),
            "number" => self.paging = Some(Paging::Number { parameter: text }),
            _ => self.into = Some((key, text)),
        }
        Some(())
    }
}

/// The text after `=` and its location. `link` has no text. Returns `None` if the argument is not written in its form.
fn lower_text(argument: &Argument, name: &str) -> Option<(Location, String)> {
    match argument {
        Argument::Single(key) if name == "link" => Some((key.at, String::new())),
        Argument::Pair(_, value) if name != "link" => Some((value.at, value.text()?.to_owned())),
        Argument::Single(_) | Argument::Pair(..) | Argument::List(..) | Argument::Equation(..) => None,
    }
}

fn push_unknown(key: &Value, diag: &mut Diagnostics) {
    let known: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
    match key.word() {
        Some(word) => diag.push_unknown(key.at, "argument", &word, &known),
        None => diag.push(key.at, format_args!("unknown argument, {}", expected(&known))),
    }
}
