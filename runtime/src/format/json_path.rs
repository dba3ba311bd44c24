//! Finds the position in a JSON body at which `serde_json` reports an error. This module returns the path to the error
//! position and an excerpt of the JSON that precedes the error. This code runs only after an error, so it does not slow
//! down successful decoding.
//!
//! A name in a JSON object can be data rather than a field name, because it can be the key of a map. The caller
//! specifies which names are fields of the declared type. In the path and in the excerpt, every name that is not a
//! field of the declared type is replaced with `*`.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

/// The maximum length of an excerpt, in characters.
const MAX_EXCERPT: usize = 80;
/// The maximum length of a displayed name, in bytes. A name that exceeds this limit is probably data rather than a
/// field name.
const MAX_NAME: usize = 40;

pub(crate) struct Place {
    /// The path to the error position, such as `items[3].price`. The path is empty if the error concerns the body as a
    /// whole.
    pub(crate) path: String,
    /// The names and punctuation that precede the error position in the body. All values are masked.
    pub(crate) excerpt: String,
}

/// Returns the path and the excerpt for the position at `line` and `column`, which both start at 1. The column counts
/// bytes rather than characters. `declares` takes a byte range of the body, and returns whether the text in this range
/// is the name of a field of the declared type.
pub(crate) fn find(
    body: &[u8],
    line: usize,
    column: usize,
    declares: &mut dyn FnMut(Range<usize>) -> bool,
) -> Place {
    let start: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let before = body.get(..start.saturating_add(column)).unwrap_or(body);
    let mut shown = |range: Range<usize>| {
        let name = before.get(range.clone()).and_then(|name| std::str::from_utf8(name).ok());
        let name = name.filter(|name| is_presentable(name) && declares(range));
        name.unwrap_or("*").to_owned()
    };
    let (mut path, mut excerpt) = (Path::default(), Excerpt::default());
    let tokens = Tokens { json: before, at: 0 };
    for (token, range) in tokens {
        path.read(token, &range);
        excerpt.read(before, token, range);
    }
    let is_nested = matches!(before.trim_ascii_start().first(), Some(b'{' | b'['));
    let excerpt = if is_nested { excerpt.finish(&mut shown) } else { String::new() };
    Place { path: path.finish(&mut shown), excerpt }
}

/// Returns the end offset of the value whose name ends at `name_end`. Returns `None` if the value is truncated.
pub(crate) fn end_of_value(body: &[u8], name_end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let tokens = Tokens { json: body, at: name_end.checked_add(1)? };
    for (token, range) in tokens {
        match token {
            Token::Mark(b'{' | b'[') => depth += 1,
            Token::Mark(b'}' | b']') => depth = depth.checked_sub(1)?,
            Token::Mark(_) | Token::Name => continue,
            Token::Text if depth == 0 => return Some(range.end + 1),
            Token::Word if depth == 0 => return Some(range.end),
            Token::Text | Token::Word => {}
        }
        if depth == 0 {
            return Some(range.end);
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A brace, a bracket, a comma or a colon.
    Mark(u8),
    /// The name of a field, which is a string that precedes a colon. The byte range of a field name excludes the
    /// quotation marks.
    Name,
    /// Any other string.
    Text,
    /// A number or a word such as `true`.
    Word,
}

/// An iterator over the tokens of a JSON text that can be truncated.
struct Tokens<'a> {
    json: &'a [u8],
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.json.get(self.at..)?;
        let start = self.at + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = self.json.get(start..)?;
        let first = *rest.first()?;
        match first {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                self.at = start + 1;
                Some((Token::Mark(first), start..self.at))
            }
            b'"' => {
                let inside = start + 1;
                let end = inside + end_of_string(self.json.get(inside..)?);
                self.at = self.json.len().min(end + 1);
                let after = self.json.get(self.at..)?.trim_ascii_start();
                let is_name = after.first() == Some(&b':');
                Some((if is_name { Token::Name } else { Token::Text }, inside..end))
            }
            _ => {
                let ends = |byte: &u8| b"{}[],:\"".contains(byte) || byte.is_ascii_whitespace();
                self.at = start + rest.iter().position(ends).unwrap_or(rest.len());
                Some((Token::Word, start..self.at))
            }
        }
    }
}

/// Returns the length of a string whose opening quote has been read.
fn end_of_string(rest: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Returns whether a key looks like the name of a field. A key that does not look like a field name is treated as data.
fn is_presentable(name: &str) -> bool {
    // All non-ASCII characters are allowed, because recognizing letters would require a Unicode table, which would add
    // 2 kB to every browser build.
    let ordinary = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-$ ".contains(&byte);
    let is_number = name.starts_with(|c: char| c.is_ascii_digit());
    (1..=MAX_NAME).contains(&name.len()) && !is_number && name.bytes().all(ordinary)
}

/// The path to the value that contains the last token. The last step of the path stays until the next step replaces it,
/// so after a value ends, the path still points to that value.
#[derive(Default)]
struct Path(Vec<Level>);

/// An object or an array whose end has not been read.
enum Level {
    Object { name: Option<Range<usize>>, wants_name: bool },
    Array { index: Option<usize>, wants_item: bool },
}

impl Path {
    fn read(&mut self, token: Token, range: &Range<usize>) {
        match token {
            Token::Mark(b'{') => {
                self.begin_value(range);
                self.0.push(Level::Object { name: None, wants_name: true });
            }
            Token::Mark(b'[') => {
                self.begin_value(range);
                self.0.push(Level::Array { index: None, wants_item: true });
            }
            Token::Mark(b'}' | b']') => {
                self.0.pop();
            }
            Token::Mark(b',') => match self.0.last_mut() {
                Some(Level::Object { wants_name, .. }) => *wants_name = true,
                Some(Level::Array { wants_item, .. }) => *wants_item = true,
                None => {}
            },
            Token::Mark(_) => {}
            Token::Name | Token::Text | Token::Word => self.begin_value(range),
        }
    }

    /// Records the start of a value or of a field name.
    fn begin_value(&mut self, range: &Range<usize>) {
        match self.0.last_mut() {
            Some(Level::Object { name, wants_name }) if *wants_name => {
                (*name, *wants_name) = (Some(range.clone()), false);
            }
            Some(Level::Array { index, wants_item }) if *wants_item => {
                (*index, *wants_item) = (Some(index.map_or(0, |index| index + 1)), false);
            }
            _ => {}
        }
    }

    fn finish(self, shown: &mut dyn FnMut(Range<usize>) -> String) -> String {
        let mut text = String::new();
        for level in self.0 {
            match level {
                Level::Array { index: Some(index), .. } => {
                    text.extend(["[", &index.to_string(), "]"]);
                }
                Level::Object { name: Some(name), .. } => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(&shown(name));
                }
                Level::Array { index: None, .. } | Level::Object { name: None, .. } => {}
            }
        }
        text
    }
}

/// Collects the last tokens before the error, up to the maximum length of an excerpt.
#[derive(Default)]
struct Excerpt {
    pieces: VecDeque<Piece>,
    length: usize,
    is_cut: bool,
}

enum Piece {
    Shown(&'static str),
    Mark(char),
    Name(Range<usize>),
}

impl Piece {
    fn length(&self) -> usize {
        match self {
            Self::Shown(text) => text.chars().count(),
            Self::Mark(_) => 1,
            Self::Name(range) => range.len() + 2,
        }
    }
}

impl Excerpt {
    fn read(&mut self, json: &[u8], token: Token, range: Range<usize>) {
        self.push(match token {
            Token::Mark(mark) => Piece::Mark(char::from(mark)),
            Token::Name => Piece::Name(range),
            Token::Text => Piece::Shown("\"…\""),
            Token::Word => Piece::Shown(match json.get(range) {
                Some(b"true") => "true",
                Some(b"false") => "false",
                Some(b"null") => "null",
                _ => "…",
            }),
        });
    }

    fn push(&mut self, piece: Piece) {
        self.length += piece.length();
        self.pieces.push_back(piece);
        while self.length > MAX_EXCERPT {
            let Some(first) = self.pieces.pop_front() else { break };
            self.length -= first.length();
            self.is_cut = true;
        }
    }

    fn finish(self, shown: &mut dyn FnMut(Range<usize>) -> String) -> String {
        let mut excerpt = String::from(if self.is_cut { "…" } else { "" });
        for piece in self.pieces {
            match piece {
                Piece::Shown(text) => excerpt.push_str(text),
                Piece::Mark(mark) => excerpt.push(mark),
                Piece::Name(range) => excerpt.extend(["\"", &shown(range), "\""]),
            }
        }
        excerpt
    }
}
