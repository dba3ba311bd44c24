//! Where in a JSON body something went wrong: a path to it and the shape before it, found again from the line
//! and column that `serde_json` gives. So a decoder that succeeds pays nothing, and no type is decoded twice.

use std::collections::VecDeque;
use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Longest excerpt, in characters.
const EXCERPT: usize = 80;
/// Longest name that is shown; what is longer is rather a value.
const NAME: usize = 40;

pub(crate) struct Place {
    /// `items[3].price`; empty for the body itself.
    pub(crate) path: String,
    /// What stands before it: names and punctuation, without any value.
    pub(crate) excerpt: String,
}

/// `line` and `column` count from 1; a column is a byte.
pub(crate) fn find(body: &[u8], line: usize, column: usize) -> Place {
    let start: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let before = body.get(..start.saturating_add(column)).unwrap_or(body);
    Place { path: path_at_end(before), excerpt: shape_of(before) }
}

enum Step {
    Name(String),
    Index(usize),
}

/// The path at which JSON that is cut off here breaks off: `serde_json` walks it, and what it was in at the end
/// is the place.
fn path_at_end(before: &[u8]) -> String {
    let mut path = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(before);
    // It ends in the middle, so this fails by design.
    let _ = Walk { path: &mut path, step: None, depth: 0 }.deserialize(&mut json);
    let mut text = String::new();
    for step in &path {
        // Writing to a `String` cannot fail.
        let _ = match step {
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Name(name) if !is_presentable(name) => write!(text, "[…]"),
            Step::Name(name) if text.is_empty() => write!(text, "{name}"),
            Step::Name(name) => write!(text, ".{name}"),
        };
    }
    text
}

/// A value whose place is `step` below the first `depth` of the path. A step stays on the path until the next
/// one takes its place, so that a value which has just ended is still where we are.
struct Walk<'a> {
    path: &'a mut Vec<Step>,
    step: Option<Step>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.path.truncate(self.depth);
        self.path.extend(self.step);
        let depth = self.path.len();
        json.deserialize_any(Inside { path: self.path, depth })
    }
}

struct Inside<'a> {
    path: &'a mut Vec<Step>,
    depth: usize,
}

macro_rules! scalars {
    ($($visit:ident: $scalar:ty),*) => {$(
        fn $visit<E>(self, _: $scalar) -> Result<(), E> {
            Ok(())
        }
    )*};
}

impl<'de> Visitor<'de> for Inside<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while seq
            .next_element_seed(Walk {
                path: &mut *self.path,
                step: Some(Step::Index(index)),
                depth: self.depth,
            })?
            .is_some()
        {
            index += 1;
        }
        self.path.truncate(self.depth);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            self.path.truncate(self.depth);
            self.path.push(Step::Name(name));
            let depth = self.path.len();
            map.next_value_seed(Walk { path: &mut *self.path, step: None, depth })?;
        }
        self.path.truncate(self.depth);
        Ok(())
    }
}

/// Whether a name of a member is rather a name than a value: maps can be keyed by anything.
fn is_presentable(name: &str) -> bool {
    let ordinary = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | ' ');
    (1..=NAME).contains(&name.len()) && name.chars().all(ordinary)
}

/// The end of `before` with every value masked; nothing if it does not begin as an object or an array.
fn shape_of(before: &[u8]) -> String {
    let trimmed = before.trim_ascii_start();
    if !matches!(trimmed.first(), Some(b'{' | b'[')) {
        return String::new();
    }
    let mut shape = Shape::default();
    let mut rest = trimmed;
    while let Some((first, more)) = rest.split_first() {
        rest = match first {
            b'"' => {
                let length = end_of_text(more);
                let (inside, after) = more.split_at_checked(length).unwrap_or((more, &[]));
                let after = after.strip_prefix(b"\"").unwrap_or(after);
                let is_name = after.trim_ascii_start().first() == Some(&b':');
                shape.text(std::str::from_utf8(inside).ok().filter(|name| is_name && is_presentable(name)));
                after
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                shape.push(char::from(*first).to_string());
                more
            }
            _ if first.is_ascii_whitespace() => more,
            _ => {
                let ends = |byte: &u8| b"{}[],:\"".contains(byte) || byte.is_ascii_whitespace();
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                let shown = std::str::from_utf8(word).ok();
                let shown = shown.filter(|word| matches!(*word, "true" | "false" | "null")).unwrap_or("…");
                shape.push(shown.to_owned());
                after
            }
        };
    }
    shape.finish()
}

/// How long a text is whose opening quote has been read.
fn end_of_text(rest: &[u8]) -> usize {
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

/// The last pieces, as many as an excerpt may hold.
#[derive(Default)]
struct Shape {
    pieces: VecDeque<String>,
    length: usize,
    is_cut: bool,
}

impl Shape {
    fn text(&mut self, name: Option<&str>) {
        self.push(format!("\"{}\"", name.unwrap_or("…")));
    }

    fn push(&mut self, piece: String) {
        self.length += piece.chars().count();
        self.pieces.push_back(piece);
        while self.length > EXCERPT {
            let Some(first) = self.pieces.pop_front() else { break };
            self.length -= first.chars().count();
            self.is_cut = true;
        }
    }

    fn finish(self) -> String {
        let mut shape = String::from(if self.is_cut { "…" } else { "" });
        for piece in &self.pieces {
            shape.push_str(piece);
        }
        shape
    }
}

#[cfg(test)]
mod tests {
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
        let place = find(body.as_bytes(), error.line(), error.column());
        (place.path, place.excerpt)
    }

    #[test]
    fn the_path_leads_to_the_value_that_does_not_fit() {
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
    fn the_excerpt_shows_the_shape_and_no_value() {
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
    fn names_that_are_rather_values_are_not_shown() {
        type Map = std::collections::HashMap<String, u8>;
        let (path, excerpt) = place::<Map>(r#"{"somebody@example.com":"x"}"#);
        assert_eq!((path.as_str(), excerpt.as_str()), ("[…]", r#"{"…":"…""#));
        let long = format!(r#"{{"{}":"x"}}"#, "a".repeat(41));
        assert_eq!(place::<Map>(&long).0, "[…]");
    }

    #[test]
    fn a_long_body_gives_a_short_excerpt() {
        let body =
            format!(r#"{{"items":[{}{{"price":"secret"}}]}}"#, r#"{"price":1,"tags":[1,2]},"#.repeat(1000));
        let (path, excerpt) = place::<Basket>(&body);
        assert_eq!(path, "items[1000].price");
        assert!(excerpt.starts_with('…') && excerpt.ends_with(r#"{"price":"…""#), "{excerpt}");
        assert!(excerpt.chars().count() <= EXCERPT + 1);
    }
}
