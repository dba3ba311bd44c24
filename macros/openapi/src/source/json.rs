//! Parses JSON and preserves the order of keys. Duplicate keys are errors, and `serde_json` limits the nesting depth.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::Fault;

pub(super) fn read(text: &str) -> Result<Value, Fault> {
    let strict: Strict = serde_json::from_str(text)
        .map_err(|error| Fault { message: error.to_string(), line: Some(error.line()) })?;
    Ok(strict.0)
}

/// A JSON value without duplicate keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
            }
            let Strict(value) = entries.next_value()?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Returns the line number of the value at the path `steps`. Parses the text again, because line numbers are needed
/// only for errors and are not stored with the values.
pub(super) fn line_of(text: &str, steps: &[String]) -> Option<usize> {
    let mut at: &str = text.trim_start();
    for step in steps {
        at = member(at, step)?;
    }
    let offset = (at.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(1 + text.get(..offset)?.matches('\n').count())
}

fn member<'t>(text: &'t str, step: &str) -> Option<&'t str> {
    if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        return items.get(step.parse::<usize>().ok()?).map(|item| item.get());
    }
    let Members(members) = serde_json::from_str(text).ok()?;
    members.into_iter().find(|(key, _)| key == step).map(|(_, value)| value.get())
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    members.push(entry);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": [\n    1,\n    {\"b/c\": true}\n  ],\n  \"d\": null\n}";

    #[test]
    fn each_value_has_its_line() {
        let line =
            |steps: &[&str]| line_of(TEXT, &steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            (line(&[]), line(&["a"]), line(&["a", "1", "b/c"])),
            (Some(1), Some(2), Some(4)),
            "lines of the document, of `a`, and of `b/c`"
        );
        assert_eq!((line(&["d"]), line(&["e"])), (Some(6), None), "lines of `d` and of the missing `e`");
    }

    #[test]
    fn duplicate_keys_and_deep_nesting_are_errors_with_a_line() {
        let fault = read("{\"a\": 1,\n\"a\": 2}").err().unwrap();
        assert!(fault.message.contains("duplicate key `a`"), "{fault:?}");
        assert_eq!(fault.line, Some(2));
        assert!(read(&"[".repeat(10_000)).is_err());
    }
}
