//! Reads the `pages` attribute, which declares how to find the next page.

use super::report::push_wrong_form;
use super::value::{lower_header_name, lower_pointer};
use crate::diag::{Diagnostics, Location, expected};
use crate::model::{NextPage, Paging};
use crate::syntax::{Argument, Attribute, Style, Value};

/// An argument of `#[pages(...)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Link,
    Url,
    Cursor,
    Header,
    Last,
    Number,
    Offset,
    Into,
    Items,
    More,
    Rebase,
}

/// The arguments of `#[pages(...)]`, each with an example of its syntax.
const WORDS: &[(&str, Word, &str)] = &[
    ("link", Word::Link, "link"),
    ("url", Word::Url, "url = \"/next\""),
    ("cursor", Word::Cursor, "cursor = \"/next_cursor\""),
    ("header", Word::Header, "header = \"x-next-page\""),
    ("last", Word::Last, "last = \"/id\""),
    ("number", Word::Number, "number = \"page\""),
    ("offset", Word::Offset, "offset = \"offset\""),
    ("into", Word::Into, "into = \"cursor\""),
    ("items", Word::Items, "items = \"/data\""),
    ("more", Word::More, "more = \"/has_more\""),
    ("rebase", Word::Rebase, "rebase"),
];

const FORMS: &str = "`#[pages(link)]`, `#[pages(cursor = \"/next_cursor\", into = \"cursor\")]` or `#[pages(number = \"page\")]`";

/// The arguments that declare the source of the next page. A method with `#[pages]` has exactly one source of the next
/// page.
const SOURCES: &str = "`link`, `url`, `cursor`, `header`, `last`, `number` and `offset`";

/// The query parameter that carries a cursor if `into` is missing.
const CURSOR: &str = "cursor";

pub(super) fn lower_paging(attribute: &Attribute, diag: &mut Diagnostics) -> Option<Paging> {
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, FORMS, diag);
        return None;
    }
    let mut found = Found::default();
    for argument in &attribute.arguments {
        found.add(argument, diag)?;
    }
    let Some((source, key)) = found.source else {
        let fact = format!("the `pages` attribute has none of {SOURCES}");
        diag.push_help(attribute.whole, fact, format_args!("write {FORMS}"));
        return None;
    };
    let next = source.next_page(key, found.into, diag)?;
    if let Some(at) = found.rebase.filter(|_| !matches!(next, NextPage::Link | NextPage::Url { .. })) {
        diag.push_help(
            at,
            "argument `rebase` applies to `link` and `url` only",
            "only `link` and `url` read a link from the response",
        );
        return None;
    }
    Some(Paging { next, items: found.items, more: found.more, rebase: found.rebase.is_some() })
}

/// The source of the next page, as declared by an argument of `#[pages(...)]`.
enum Source {
    Link,
    Url(String),
    Cursor(String),
    Header(String),
    Last(String),
    Number(String),
    Offset(String),
}

impl Source {
    /// Returns where a response identifies the next page, and which query parameter requests that page. Reports an
    /// error if `self` requires a query parameter and `into` is missing, or if `into` is present and `self` does not
    /// use it.
    fn next_page(
        self,
        key: Location,
        into: Option<(Location, String)>,
        diag: &mut Diagnostics,
    ) -> Option<NextPage> {
        let next = match (self, into) {
            (Self::Cursor(pointer), into) => {
                return Some(NextPage::Cursor {
                    pointer,
                    into: into.map_or_else(|| CURSOR.to_owned(), |(_, name)| name),
                });
            }
            (Self::Header(name), Some((_, into))) => return Some(NextPage::Header { name, into }),
            (Self::Last(pointer), Some((_, into))) => return Some(NextPage::Last { pointer, into }),
            (Self::Header(_), None) => return push_no_into(key, "header", "page", diag),
            (Self::Last(_), None) => return push_no_into(key, "last", "starting_after", diag),
            (_, Some((at, _))) => {
                diag.push(at, "argument `into` applies to `cursor`, `header` and `last` only");
                return None;
            }
            (Self::Link, None) => NextPage::Link,
            (Self::Url(pointer), None) => NextPage::Url { pointer },
            (Self::Number(parameter), None) => NextPage::Number { parameter },
            (Self::Offset(parameter), None) => NextPage::Offset { parameter },
        };
        Some(next)
    }
}

fn push_no_into(key: Location, source: &str, example: &str, diag: &mut Diagnostics) -> Option<NextPage> {
    let fact = format!("argument `{source}` has no query parameter for the next page");
    diag.push_help(key, fact, format_args!("add `into = \"{example}\"`"));
    None
}

#[derive(Default)]
struct Found {
    source: Option<(Source, Location)>,
    into: Option<(Location, String)>,
    items: Option<String>,
    more: Option<String>,
    rebase: Option<Location>,
}

impl Found {
    /// Adds one argument. Returns `None` after reporting an error.
    fn add(&mut self, argument: &Argument, diag: &mut Diagnostics) -> Option<()> {
        let key = argument.key();
        let word = key.word().unwrap_or_default();
        let Some((name, word, form)) = WORDS.iter().find(|(name, ..)| *name == word) else {
            push_unknown(key, diag);
            return None;
        };
        let Some((at, text)) = lower_text(argument, *word) else {
            diag.push(key.at, format_args!("argument `{name}` must be written `{form}`"));
            return None;
        };
        if self.has(*word) {
            diag.push(key.at, format_args!("duplicate argument `{name}`"));
            return None;
        }
        if self.source.is_some() && word.is_source() {
            diag.push(key.at, format_args!("the `pages` attribute must have only one of {SOURCES}"));
            return None;
        }
        self.set(*word, name, key.at, at, text, diag)
    }

    fn has(&self, word: Word) -> bool {
        match word {
            Word::Into => self.into.is_some(),
            Word::Items => self.items.is_some(),
            Word::More => self.more.is_some(),
            Word::Rebase => self.rebase.is_some(),
            _ => false,
        }
    }

    /// Stores one argument, whose syntax has already been checked. Returns `None` after reporting an error.
    fn set(
        &mut self,
        word: Word,
        name: &str,
        key: Location,
        at: Location,
        text: String,
        diag: &mut Diagnostics,
    ) -> Option<()> {
        let text = match word {
            Word::Url | Word::Cursor | Word::Last | Word::Items | Word::More => {
                lower_pointer(&text, at, diag)?
            }
            Word::Header => lower_header_name(&text, at, diag)?,
            Word::Number | Word::Offset | Word::Into if text.is_empty() => {
                diag.push(at, format_args!("the query parameter name of `{name}` must not be empty"));
                return None;
            }
            _ => text,
        };
        let source = match word {
            Word::Into => {
                self.into = Some((key, text));
                return Some(());
            }
            Word::Items => {
                self.items = Some(text);
                return Some(());
            }
            Word::More => {
                self.more = Some(text);
                return Some(());
            }
            Word::Rebase => {
                self.rebase = Some(key);
                return Some(());
            }
            Word::Link => Source::Link,
            Word::Url => Source::Url(text),
            Word::Cursor => Source::Cursor(text),
            Word::Header => Source::Header(text),
            Word::Last => Source::Last(text),
            Word::Number => Source::Number(text),
            Word::Offset => Source::Offset(text),
        };
        self.source = Some((source, key));
        Some(())
    }
}

impl Word {
    fn is_source(self) -> bool {
        !matches!(self, Self::Into | Self::Items | Self::More | Self::Rebase)
    }

    fn is_bare(self) -> bool {
        matches!(self, Self::Link | Self::Rebase)
    }
}

/// Returns the text after `=` and its location. The arguments `link` and `rebase` have no value. Returns `None` if the
/// argument does not have the required form.
fn lower_text(argument: &Argument, word: Word) -> Option<(Location, String)> {
    match argument {
        Argument::Single(key) if word.is_bare() => Some((key.at, String::new())),
        Argument::Pair(_, value) if !word.is_bare() => Some((value.at, value.text()?.to_owned())),
        Argument::Single(_) | Argument::Pair(..) | Argument::List(..) | Argument::Equation(..) => None,
    }
}

fn push_unknown(key: &Value, diag: &mut Diagnostics) {
    let known: Vec<&str> = WORDS.iter().map(|(name, ..)| *name).collect();
    match key.word() {
        Some(word) => diag.push_unknown(key.at, "argument", &word, &known),
        None => diag.push(key.at, format_args!("unknown argument, {}", expected(&known))),
    }
}
