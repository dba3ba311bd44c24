//! Finds the place in a JSON body that `serde_json` reports by line and column: the path to it, and an excerpt of the
//! text before it. Runs only after an error, so decoding that succeeds costs nothing.

use std::collections::VecDeque;
use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

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

/// `line` and `column` count from 1. A column is a number of bytes.
pub(crate) fn find(body: &[u8], line: usize, column: usize) -> Place {
    let start: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let before = body.get(..start.saturating_add(column)).unwrap_or(body);
    Place { path: path_at_end(before), excerpt: excerpt_of(before) }
}

enum Step {
    Name(String),
    Index(usize),
}

/// The path to the value at which `before`, which is truncated JSON, ends.
fn path_at_end(before: &[u8]) -> String {
    let mut path = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(before);
    // Always fails, because the JSON is truncated.
    let _ = PathSeed { path: &mut path, step: None, depth: 0 }.deserialize(&mut json);
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

/// Parses the value that is `step` below the first `depth` steps of the path. A step stays on the path until another
/// replaces it, so that the path still leads to a value that has just ended.
struct PathSeed<'a> {
    path: &'a mut Vec<Step>,
    step: Option<Step>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for PathSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.path.truncate(self.depth);
        self.path.extend(self.step);
        let depth = self.path.len();
        json.deserialize_any(PathVisitor { path: self.path, depth })
    }
}

struct PathVisitor<'a> {
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

impl<'de> Visitor<'de> for PathVisitor<'_> {
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
            .next_element_seed(PathSeed {
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
            map.next_value_seed(PathSeed { path: &mut *self.path, step: None, depth })?;
        }
        self.path.truncate(self.depth);
        Ok(())
    }
}

/// Whether a key looks like the name of a field. The keys of a map may be data, which must not be shown.
fn is_presentable(name: &str) -> bool {
    let ordinary = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | ' ');
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(ordinary)
}

/// Returns the end of `before` with every value masked, or nothing if it is not an object or an array.
fn excerpt_of(before: &[u8]) -> String {
    let trimmed = before.trim_ascii_start();
    if !matches!(trimmed.first(), Some(b'{' | b'[')) {
        return String::new();
    }
    let mut excerpt = Excerpt::default();
    let mut rest = trimmed;
    while let Some((first, more)) = rest.split_first() {
        rest = match first {
            b'"' => {
                let length = end_of_string(more);
                let (inside, after) = more.split_at_checked(length).unwrap_or((more, &[]));
                let after = after.strip_prefix(b"\"").unwrap_or(after);
                let is_name = after.trim_ascii_start().first() == Some(&b':');
                excerpt
                    .string(std::str::from_utf8(inside).ok().filter(|name| is_name && is_presentable(name)));
                after
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                excerpt.push(char::from(*first).to_string());
                more
            }
            _ if first.is_ascii_whitespace() => more,
            _ => {
                let ends = |byte: &u8| b"{}[],:\"".contains(byte) || byte.is_ascii_whitespace();
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                let shown = std::str::from_utf8(word).ok();
                let shown = shown.filter(|word| matches!(*word, "true" | "false" | "null")).unwrap_or("…");
                excerpt.push(shown.to_owned());
                after
            }
        };
    }
    excerpt.finish()
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

/// Collects the last pieces that fit in an excerpt.
#[derive(Default)]
struct Excerpt {
    pieces: VecDeque<String>,
    length: usize,
    is_cut: bool,
}

impl Excerpt {
    fn string(&mut self, name: Option<&str>) {
        self.push(format!("\"{}\"", name.unwrap_or("…")));
    }

    fn push(&mut self, piece: String) {
        self.length += piece.chars().count();
        self.pieces.push_back(piece);
        while self.length > MAX_EXCERPT {
            let Some(first) = self.pieces.pop_front() else { break };
            self.length -= first.chars().count();
            self.is_cut = true;
        }
    }

    fn finish(self) -> String {
        let mut excerpt = String::from(if self.is_cut { "…" } else { "" });
        for piece in &self.pieces {
            excerpt.push_str(piece);
        }
        excerpt
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
        assert_eq!((path.as_str(), excerpt.as_str()), ("[…]", r#"{"…":"…""#));
        let long = format!(r#"{{"{}":"x"}}"#, "a".repeat(41));
        assert_eq!(place::<Map>(&long).0, "[…]");
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
