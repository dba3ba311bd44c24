//! Finds the place in a JSON body that `serde_json` reports by line and column: the path to it, and an excerpt of the
//! text before it. Runs only after an error, so decoding that succeeds costs nothing.
//!
//! Names may be data: the keys of a map. The caller says which ones are names of the declared type; all others are `*`.

use std::collections::VecDeque;
use std::ops::Range;

/// The longest excerpt, in characters.
const MAX_EXCERPT: usize = 80;
/// The longest name that is shown. A longer one is probably data.
const MAX_NAME: usize = 40;

pub(crate) struct Place {
    /// A path such as `items[3].price`; empty for the whole body.
    pub(crate) path: String,
    /// The names and punctuation before the place, with every value masked.
    pub(crate) excerpt: String,
}

/// `line` and `column` count from 1. A column is a number of bytes. `declares` says whether the declared type has the
/// name that stands at these bytes of the body.
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A brace, a bracket, a comma or a colon.
    Mark(u8),
    /// A string before a colon, or at the place of a name at the end. Its range is what is between the quotes.
    Name,
    /// Any other string.
    Text,
    /// A number or a word.
    Word,
}

/// The tokens of truncated JSON.
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

/// The length of a string whose opening quote has been read.
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

/// Whether a key looks like the name of a field. A key that does not is certainly data.
fn is_presentable(name: &str) -> bool {
    let ordinary = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | ' ');
    let is_number = name.starts_with(|c: char| c.is_ascii_digit());
    (1..=MAX_NAME).contains(&name.len()) && !is_number && name.chars().all(ordinary)
}

/// The path to the value at which the tokens end. A step stays until another replaces it, so that the path still leads
/// to a value that has just ended.
#[derive(Default)]
struct Path(Vec<Level>);

/// An object or an array that has not ended.
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

    /// A value begins, or in an object a name.
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
                Level::Array { index: Some(index), .. } => text.push_str(&format!("[{index}]")),
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

/// Collects the last pieces that fit in an excerpt.
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
                Piece::Name(range) => excerpt.push_str(&format!("\"{}\"", shown(range))),
            }
        }
        excerpt
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Item {
        price: f64,
        tags: Option<Vec<u8>>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read")]
    struct Basket {
        items: Vec<Item>,
    }

    fn place<'de, T: Deserialize<'de> + fmt::Debug>(body: &'de str) -> (String, String) {
        let error = serde_json::from_str::<T>(body).unwrap_err();
        let place = find(body.as_bytes(), error.line(), error.column(), &mut |_| true);
        (place.path, place.excerpt)
    }

    #[test]
    fn the_path_leads_to_the_value_of_the_wrong_type() {
        let path = |body| place::<Basket>(body).0;
        assert_eq!(path(r#"{"items":[{"price":1},{"price":"secret"}]}"#), "items[1].price");
        assert_eq!(path(r#"{"items":[{"price":1, "tags":[1,2,300]}]}"#), "items[0].tags[2]");
        assert_eq!(path(r#"{"items":[{"price":1},{"tags":null}]}"#), "items[1]");
        assert_eq!(path(r#"{"items":[{"price":1,"colour":"secret"}]}"#), "items[0].colour");
        assert_eq!(path("{\n  \"items\": [\n    {\"price\": {\"amount\": 7}}\n  ]\n}"), "items[0].price");
        assert_eq!(path(r#"{"items":[{"price":1}"#), "items[0]");
        assert_eq!(path(r#"{"items":12}"#), "items");
        assert_eq!(path(r#"{"others":[]}"#), "");
        assert_eq!(path("[]"), "");
        assert_eq!(path(""), "");
    }

    #[test]
    fn the_excerpt_shows_no_value() {
        let shape = |body| place::<Basket>(body).1;
        assert_eq!(
            shape(r#"{"items":[{"price": 4111111111111111,"tags":null},{"price":"secret"}]}"#),
            r#"{"items":[{"price":…,"tags":null},{"price":"…""#
        );
        assert_eq!(shape("secret"), "");
        assert_eq!(shape("[secret"), "[…");
        assert_eq!(shape("<p>secret"), "");
    }

    #[test]
    fn keys_that_may_be_data_are_not_shown() {
        type Map = std::collections::HashMap<String, u8>;
        let (path, excerpt) = place::<Map>(r#"{"ann@example.com":"x"}"#);
        assert_eq!((path.as_str(), excerpt.as_str()), ("*", r#"{"*":"…""#));
        let long = format!(r#"{{"{}":"x"}}"#, "a".repeat(41));
        assert_eq!(place::<Map>(&long).0, "*");
        assert_eq!(place::<Map>(r#"{"4711":"x"}"#).0, "*");
    }

    #[test]
    fn only_names_that_the_type_declares_are_shown() {
        let body = r#"{"items":[{"price":1},{"price":"x"}]}"#;
        let mut asked = Vec::new();
        let place = find(body.as_bytes(), 1, 34, &mut |range| {
            asked.push(&body[range.clone()]);
            range.start > 20
        });
        assert_eq!((&*place.path, &*place.excerpt), ("*[1].price", r#"{"*":[{"*":…},{"price":"…""#));
        assert_eq!(asked, ["items", "price", "price", "items", "price"]);
    }

    #[test]
    fn the_excerpt_of_a_long_body_is_short() {
        let body =
            format!(r#"{{"items":[{}{{"price":"secret"}}]}}"#, r#"{"price":1,"tags":[1,2]},"#.repeat(1000));
        let (path, excerpt) = place::<Basket>(&body);
        assert_eq!(path, "items[1000].price");
        assert!(excerpt.starts_with('…') && excerpt.ends_with(r#"{"price":"…""#), "{excerpt}");
        assert!(excerpt.chars().count() <= MAX_EXCERPT + 1);
    }
}
