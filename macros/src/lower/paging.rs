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
    ("url", "url = \"/next\""),
    ("header", "header = \"x-next-page\""),
    ("last", "last = \"/id\""),
    ("offset", "offset = \"offset\""),
    ("items", "items = \"/data\""),
    ("more", "more = \"/has_more\""),
    ("rebase", "rebase"),
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
    let mut paging = found.paging?;
    if matches!(paging.way, "cursor" | "header" | "last") {
        paging.parameter = Some(found.into.map_or_else(|| CURSOR.to_owned(), |(_, parameter)| parameter));
    } else if let Some((key, _)) = found.into {
        diag.push(key.at, "argument `into` applies to `cursor` only");
        return None;
    }
    Some(Paging { items: found.items, more: found.more, rebase: found.rebase, ..paging })
}

#[derive(Default)]
struct Found<'a> {
    paging: Option<Paging>,
    into: Option<(&'a Value, String)>,
    items: Option<String>,
    more: Option<String>,
    rebase: bool,
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

    /// Sets one argument, whose form is right. Returns `None` after reporting an error.
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
            "items" => self.items = Some(text),
            "more" => self.more = Some(text),
            "rebase" => self.rebase = true,
            "into" => self.into = Some((key, text)),
            _ => {
                let way = WORDS.iter().map(|(word, _)| *word).find(|word| *word == name)?;
                let value = Some(text).filter(|_| name != "link");
                let (parameter, items, more, rebase) = (None, None, None, false);
                self.paging = Some(Paging { way, value, parameter, items, more, rebase });
            }
        }
        Some(())
    }
}

/// The text after `=` and its location. `link` has no text. Returns `None` if the argument is not written in its form.
fn lower_text(argument: &Argument, name: &str) -> Option<(Location, String)> {
    match argument {
        Argument::Single(key) if matches!(name, "link" | "rebase") => Some((key.at, String::new())),
        Argument::Pair(_, value) if !matches!(name, "link" | "rebase") => {
            Some((value.at, value.text()?.to_owned()))
        }
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
