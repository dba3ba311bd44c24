//! Reads one source file: its modules, the items that each module defines, and every path in the file. The file is read
//! as tokens, because a syntax tree does not contain the paths in macro calls.

use std::collections::BTreeSet;
use std::mem;

use proc_macro2::Delimiter::{Brace, Bracket, Parenthesis};

use crate::token::{Token, after_visibility, colons_at, item_end, word_at};

#[derive(Debug, Default)]
pub struct Scope {
    pub defines: BTreeSet<String>,
    /// The macros with `#[macro_export]`, which become names in the crate root.
    pub exports: BTreeSet<String>,
    pub names: Vec<Name>,
    pub children: Vec<Child>,
}

#[derive(Debug)]
pub struct Child {
    pub name: String,
    pub test: bool,
    pub body: Body,
}

#[derive(Debug)]
pub enum Body {
    Inline(Scope),
    /// A module in a separate file, with the value of its `#[path]` attribute.
    File(Option<String>),
}

#[derive(Clone, Debug)]
pub struct Name {
    /// The segments of a path that occurs in the source file. The first segment is `::` if the path starts with `::`.
    pub path: Vec<String>,
    pub line: usize,
    pub test: bool,
    pub kind: Kind,
    /// The name that an import defines in its module. `bound` is `None` for inline paths, glob imports and `as _`.
    pub bound: Option<String>,
    pub glob: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Import,
    Reexport,
    Inline,
}

#[derive(Debug, Default)]
struct Attributes {
    test: bool,
    path: Option<String>,
    exported: bool,
    public: bool,
}

/// The macros whose input is code for another crate.
const QUOTING: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

/// Keywords that cannot start a path.
const KEYWORDS: [&str; 24] = [
    "as", "async", "await", "const", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "loop", "match",
    "move", "mut", "ref", "return", "static", "type", "unsafe", "where", "while", "yield",
];

pub fn read(text: &str) -> Result<Scope, String> {
    let mut reader = Reader { scope: Scope::default(), test: false };
    reader.walk(&Token::all(text)?, true, Attributes::default());
    Ok(reader.scope)
}

struct Reader {
    scope: Scope,
    /// Whether the tokens being read belong to an item that is compiled only for tests.
    test: bool,
}

impl Reader {
    /// Reads these tokens. `items` is true for the items of a module, and false for a function body, whose items cannot
    /// be named by a path.
    fn walk(&mut self, tokens: &[Token], items: bool, mut attributes: Attributes) {
        let mut at = 0;
        while at < tokens.len() {
            if let Some((inner, content)) = attribute(tokens, at) {
                attributes.read(content);
                self.test |= inner && mem::take(&mut attributes.test);
                self.walk(content, false, Attributes::default());
                at += if inner { 3 } else { 2 };
            } else if mem::take(&mut attributes.test) {
                let end = item_end(tokens, at);
                let outside = mem::replace(&mut self.test, true);
                self.walk(&tokens[at..end], items, mem::take(&mut attributes));
                self.test = outside;
                at = end;
            } else if word_at(tokens, at) == "pub" {
                attributes.public = true;
                at = after_visibility(tokens, at);
            } else {
                at = self.step(tokens, at, items, &mem::take(&mut attributes));
            }
        }
    }

    /// Reads the item that starts at the given token. Returns the position of the next token to read.
    fn step(&mut self, tokens: &[Token], at: usize, items: bool, attributes: &Attributes) -> usize {
        let item = if items { self.item(tokens, at, attributes) } else { None };
        let found = item.or_else(|| self.import(tokens, at, attributes)).or_else(|| self.inline(tokens, at));
        found.unwrap_or_else(|| {
            if let Token::Group(_, inner) = &tokens[at] {
                self.walk(inner, false, Attributes::default());
            }
            at + 1
        })
    }

    fn item(&mut self, tokens: &[Token], at: usize, attributes: &Attributes) -> Option<usize> {
        match word_at(tokens, at) {
            "mod" => self.module(tokens, at, attributes),
            "macro_rules" => {
                let name = tokens.get(at + 2)?.word()?.to_owned();
                if attributes.exported {
                    self.scope.exports.insert(name.clone());
                }
                self.scope.defines.insert(name);
                Some(at + 3)
            }
            "struct" | "enum" | "union" | "trait" | "type" | "fn" | "const" | "static" => {
                let at = at + if word_at(tokens, at + 1) == "mut" { 2 } else { 1 };
                let name = tokens.get(at)?.word()?;
                if ["fn", "unsafe", "async", "extern"].contains(&name) {
                    return Some(at);
                }
                self.scope.defines.insert(name.to_owned());
                Some(at + 1)
            }
            _ => None,
        }
    }

    fn module(&mut self, tokens: &[Token], at: usize, attributes: &Attributes) -> Option<usize> {
        let name = tokens.get(at + 1)?.word()?.to_owned();
        let body = match tokens.get(at + 2)?.within(Brace) {
            Some(content) => {
                let outside = mem::take(&mut self.scope);
                self.walk(content, true, Attributes::default());
                let mut inner = mem::replace(&mut self.scope, outside);
                self.scope.exports.append(&mut inner.exports);
                Body::Inline(inner)
            }
            None => Body::File(attributes.path.clone()),
        };
        self.scope.children.push(Child { name, test: self.test, body });
        Some(at + 3)
    }

    /// Reads a `use` declaration, which can also be inside a function body. `use<'a>` is a bound rather than an import.
    fn import(&mut self, tokens: &[Token], at: usize, attributes: &Attributes) -> Option<usize> {
        if word_at(tokens, at) != "use" || tokens.get(at + 1)?.is('<') {
            return None;
        }
        let end =
            tokens.iter().skip(at).position(|token| token.is(';')).map_or(tokens.len(), |found| at + found);
        let kind = if attributes.public { Kind::Reexport } else { Kind::Import };
        self.tree(&tokens[at + 1..end], &[], kind);
        Some(end + 1)
    }

    fn tree(&mut self, tokens: &[Token], prefix: &[String], kind: Kind) {
        for branch in tokens.split(|token| token.is(',')) {
            let mut path = prefix.to_vec();
            if prefix.is_empty() && colons_at(branch, 0) {
                path.push("::".to_owned());
            }
            let (mut alias, mut glob, mut line) = (None, false, 0);
            for (index, token) in branch.iter().enumerate() {
                match token {
                    Token::Word(word, _) if word == "as" => {
                        alias = branch.get(index + 1).and_then(Token::word);
                        break;
                    }
                    Token::Word(word, at) => {
                        path.push(word.clone());
                        line = *at;
                    }
                    Token::Group(_, inner) => self.tree(inner, &path, kind),
                    other => glob |= other.is('*'),
                }
            }
            if branch.is_empty() || matches!(branch.last(), Some(Token::Group(..))) {
                continue;
            }
            // The path `a::{self}` refers to `a`.
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let bound = alias.or(path.last().map(String::as_str)).filter(|&name| name != "_" && !glob);
            let bound = bound.map(str::to_owned);
            self.scope.names.push(Name { path, line, test: self.test, kind, bound, glob });
        }
    }

    /// Reads a path of two or more segments, up to a turbofish. Returns the position of the next token to read.
    fn inline(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let global = colons_at(tokens, at);
        let start = at + if global { 2 } else { 0 };
        let Token::Word(first, line) = tokens.get(start)? else { return None };
        if KEYWORDS.contains(&first.as_str()) {
            return None;
        }
        let mut path = if global { vec!["::".to_owned()] } else { Vec::new() };
        path.push(first.clone());
        let mut next = start + 1;
        while colons_at(tokens, next)
            && let Some(part) = tokens.get(next + 2).and_then(Token::word)
        {
            path.push(part.to_owned());
            next += 3;
        }
        let called = tokens.get(next).is_some_and(|token| token.is('!'));
        if called && path.last().is_some_and(|last| QUOTING.contains(&last.as_str())) {
            next += 2;
        }
        // After a type in angle brackets, `::` continues the type. After `->`, `::` starts a new path.
        let before =
            |back: usize, mark: char| at.checked_sub(back).is_some_and(|index| tokens[index].is(mark));
        let continued = global && before(1, '>') && !before(2, '-') && !before(2, '=');
        if path.len() > 1 && !continued {
            let name =
                Name { path, line: *line, test: self.test, kind: Kind::Inline, bound: None, glob: false };
            self.scope.names.push(name);
        }
        Some(next)
    }
}

impl Attributes {
    fn read(&mut self, content: &[Token]) {
        match word_at(content, 0) {
            "cfg" => {
                self.test |=
                    content.get(1).and_then(|token| token.within(Parenthesis)).is_some_and(only_in_tests)
            }
            "path" => self.path = content.get(2).and_then(Token::text).map(str::to_owned),
            "macro_export" => self.exported = true,
            _ => {}
        }
    }
}

/// Returns whether a `cfg` predicate is `test` or `all(.., test, ..)`.
fn only_in_tests(predicate: &[Token]) -> bool {
    match word_at(predicate, 0) {
        "test" => predicate.len() == 1,
        "all" => predicate.get(1).and_then(|token| token.within(Parenthesis)).is_some_and(|parts| {
            parts.split(|token| token.is(',')).any(|part| part.len() == 1 && word_at(part, 0) == "test")
        }),
        _ => false,
    }
}

/// Returns whether the attribute at `at` is an inner attribute, and the attribute's content. Returns `None` if no
/// attribute starts at `at`.
fn attribute(tokens: &[Token], at: usize) -> Option<(bool, &[Token])> {
    if !tokens.get(at)?.is('#') {
        return None;
    }
    let inner = tokens.get(at + 1)?.is('!');
    Some((inner, tokens.get(at + 1 + usize::from(inner))?.within(Bracket)?))
}
