//! Parses YAML 1.2 with `saphyr-parser`. This module expands aliases by copying values and limits the total number of
//! copied values.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use super::Fault;

/// The maximum nesting depth of collections.
const DEEPEST: usize = 200;

/// The maximum number of values to which all aliases together can expand.
const MOST_COPIES: usize = 1_000_000;

pub(super) fn read(text: &str) -> Result<Value, Fault> {
    let mut builder = Builder::default();
    builder.run(text)?;
    builder.root.ok_or_else(|| Fault { message: "the file has no document".to_owned(), line: None })
}

/// Returns the line number of the key or item at the path `steps`.
pub(super) fn line_of(text: &str, steps: &[String]) -> Option<usize> {
    let mut builder = Builder { wanted: Some(steps.to_vec()), ..Builder::default() };
    let _ = builder.run(text);
    builder.found
}

#[derive(Default)]
struct Builder {
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, (Value, usize)>,
    copies: usize,
    root: Option<Value>,
    is_over: bool,
    wanted: Option<Vec<String>>,
    found: Option<usize>,
}

struct Frame {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Map { map: Map<String, Value>, key: Option<String>, merged: Vec<Value> },
}

impl Builder {
    fn run(&mut self, text: &str) -> Result<(), Fault> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| fault(error.info(), error.marker()))?;
            self.take(event, span).map_err(|message| fault(&message, &span.start))?;
            if self.found.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) if self.is_over => Err("the file has more than one document".to_owned()),
            Event::DocumentEnd => {
                self.is_over = true;
                Ok(())
            }
            Event::Alias(id) => {
                self.mark(span);
                let (value, size) =
                    self.anchors.get(&id).ok_or("an alias refers to a value that contains the alias")?;
                let value = value.clone();
                self.copies += size;
                if self.copies > MOST_COPIES {
                    return Err(format!("aliases expand to more than {MOST_COPIES} values"));
                }
                self.place(value)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                if self.wants_key() {
                    return self.take_key(text.into_owned(), style, span);
                }
                self.mark(span);
                let value = if is_text { Value::String(text.into_owned()) } else { plain(&text) };
                self.finish(anchor, value)
            }
            Event::SequenceStart(anchor, _) => self.open(anchor, Kind::List(Vec::new()), span),
            Event::MappingStart(anchor, _) => {
                self.open(anchor, Kind::Map { map: Map::new(), key: None, merged: Vec::new() }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { kind: Kind::Map { key: None, .. }, .. }))
    }

    fn take_key(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), String> {
        let Some(Frame { kind: Kind::Map { map, key, .. }, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        // A mapping can contain several merge keys (`<<`).
        let is_merge = text == "<<" && style == ScalarStyle::Plain;
        if !is_merge && map.contains_key(&text) {
            return Err(format!("duplicate key `{text}`"));
        }
        *key = Some(text);
        self.mark(span);
        Ok(())
    }

    fn open(&mut self, anchor: usize, kind: Kind, span: Span) -> Result<(), String> {
        if self.wants_key() {
            return Err("a key must be a scalar".to_owned());
        }
        if self.stack.len() >= DEEPEST {
            return Err(format!("values are nested more than {DEEPEST} levels deep"));
        }
        self.mark(span);
        self.stack.push(Frame { anchor, kind });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.kind {
            Kind::List(items) => Value::Array(items),
            Kind::Map { mut map, merged, .. } => {
                for (key, value) in merged.into_iter().flat_map(entries) {
                    map.entry(key).or_insert(value);
                }
                Value::Object(map)
            }
        };
        self.finish(frame.anchor, value)
    }

    /// Stores a value if it has an anchor, so that aliases can copy the value.
    fn finish(&mut self, anchor: usize, value: Value) -> Result<(), String> {
        if anchor > 0 {
            let size = size(&value);
            self.copies += size;
            if self.copies > MOST_COPIES {
                return Err(format!("anchors contain more than {MOST_COPIES} values"));
            }
            self.anchors.insert(anchor, (value.clone(), size));
        }
        self.place(value)
    }

    fn place(&mut self, value: Value) -> Result<(), String> {
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(value),
            Some(Kind::List(items)) => items.push(value),
            Some(Kind::Map { map, key, merged }) => match (key.take(), value) {
                (Some(key), Value::Array(items)) if key == "<<" => merged.extend(items),
                (Some(key), value @ Value::Object(_)) if key == "<<" => merged.push(value),
                (Some(key), value) => {
                    map.insert(key, value);
                }
                (None, _) => return Err("a key must be a scalar".to_owned()),
            },
        }
        Ok(())
    }

    /// Records the current line if the parser has reached the path that the caller asked for.
    fn mark(&mut self, span: Span) {
        let Some(wanted) = &self.wanted else { return };
        if self.found.is_some() || self.stack.len() != wanted.len() {
            return;
        }
        let is_it = self.stack.iter().zip(wanted).all(|(frame, step)| match &frame.kind {
            Kind::List(items) => step.parse() == Ok(items.len()),
            Kind::Map { key, .. } => key.as_ref() == Some(step),
        });
        if is_it {
            self.found = Some(span.start.line());
        }
    }
}

fn fault(message: &str, marker: &Marker) -> Fault {
    Fault { message: message.to_owned(), line: Some(marker.line()) }
}

fn entries(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Converts a plain scalar according to the YAML 1.2 core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins_like_a_number =
        digits.strip_prefix('.').unwrap_or(digits).starts_with(|sign: char| sign.is_ascii_digit());
    if !begins_like_a_number {
        return text.into();
    }
    let radix =
        text.strip_prefix("0x").map(|hex| (hex, 16)).or(text.strip_prefix("0o").map(|octal| (octal, 8)));
    if let Some((digits, radix)) = radix {
        return u64::from_str_radix(digits, radix).map_or_else(|_| text.into(), Value::from);
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(integer) = unsigned.parse::<i64>() {
        return integer.into();
    }
    if let Ok(integer) = unsigned.parse::<u64>() {
        return integer.into();
    }
    let is_float = digits.chars().all(|sign| matches!(sign, '0'..='9' | '.' | 'e' | 'E' | '+' | '-'));
    let float = if is_float { unsigned.parse::<f64>().ok() } else { None };
    float.and_then(Number::from_f64).map_or_else(|| text.into(), Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(text: &str) -> (String, Option<usize>) {
        let fault = read(text).err().unwrap();
        (fault.message, fault.line)
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let read = read(
            "a: [1, -2, 1.5, '1', yes, ~, 0x1F, 18446744073709551615, 123456789012345678901234567890]\n200: x",
        );
        let expected = json!({
            "a": [1, -2, 1.5, "1", "yes", null, 31, 18_446_744_073_709_551_615_u64, 1.234_567_890_123_456_8e29],
            "200": "x",
        });
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn merges_fill_what_is_not_there() {
        let text = "base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3";
        assert_eq!(read(text).unwrap()["own"], json!({ "y": 3, "x": 1 }));
    }

    #[test]
    fn duplicate_keys_are_errors_with_a_line() {
        assert_eq!(message("a: 1\nb: 2\na: 3"), ("duplicate key `a`".to_owned(), Some(3)));
    }

    #[test]
    fn anchors_that_explode_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{aliases}]\n");
        }
        assert!(message(&text).0.contains("more than"), "{:?}", message(&text));
        assert!(read("a: &a [*a]").is_err());
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(read(&"[".repeat(10_000)).is_err());
        let block: String = (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 3000))).collect();
        assert!(read(&block).is_err());
        assert!(read(&"- ".repeat(10_000)).is_err());
    }

    #[test]
    fn each_value_has_its_line() {
        let text = "openapi: 3.0.0\npaths:\n  /a/b:\n    get:\n      tags:\n        - x\n        - y\n";
        let line =
            |steps: &[&str]| line_of(text, &steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>());
        assert_eq!((line(&["paths"]), line(&["paths", "/a/b", "get"])), (Some(2), Some(4)), "line numbers");
        assert_eq!(line(&["paths", "/a/b", "get", "tags", "1"]), Some(7));
    }
}
