//! Looks up a JSON pointer (RFC 6901) in a document that may be truncated.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::charset::without_bom;

/// Returns the value at `pointer`, or `None` if the value does not exist or is truncated. A byte order mark is skipped.
pub(crate) fn look_up(json: &[u8], pointer: &str) -> Option<Value> {
    find(json, pointer).value
}

/// The result of looking up a JSON pointer.
pub(crate) struct Found<T> {
    /// Whether the document contains the object in which the pointer's last field is expected.
    pub(crate) has_parent: bool,
    pub(crate) value: Option<T>,
}

/// Looks up `pointer` and reads the value to which it points. A byte order mark is skipped.
pub(crate) fn find<'j, T: Deserialize<'j>>(json: &'j [u8], pointer: &str) -> Found<T> {
    let mut found = Found { has_parent: false, value: None };
    let mut document = serde_json::Deserializer::from_slice(without_bom(json));
    // If the document is truncated after the value, the deserializer returns an error, but the value has already been
    // found.
    let _ = Seek { pointer, found: &mut found }.deserialize(&mut document);
    found
}

/// Descends to the value at `pointer` and skips all other values.
struct Seek<'a, T> {
    pointer: &'a str,
    found: &'a mut Found<T>,
}

impl<'a, T> Seek<'a, T> {
    /// Splits a JSON pointer into its first step and the rest.
    fn split(&self) -> Option<(Cow<'a, str>, &'a str)> {
        let path = self.pointer.strip_prefix('/')?;
        let end = path.find('/').unwrap_or(path.len());
        let (step, rest) = path.split_at_checked(end)?;
        let step = if step.contains('~') {
            Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(step)
        };
        Some((step, rest))
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Seek<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.pointer.is_empty() {
            self.found.value = Some(T::deserialize(deserializer)?);
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Seek<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let step = self.split();
        if step.as_ref().is_some_and(|(_, rest)| rest.is_empty()) {
            self.found.has_parent = true;
        }
        while let Some(key) = map.next_key::<String>()? {
            match &step {
                Some((wanted, pointer)) if **wanted == key => {
                    map.next_value_seed(Seek { pointer, found: &mut *self.found })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let step = self.split();
        for index in 0_usize.. {
            let here = step.as_ref().filter(|(wanted, _)| **wanted == index.to_string());
            let more = match here {
                Some((_, pointer)) => {
                    items.next_element_seed(Seek { pointer, found: &mut *self.found })?.is_some()
                }
                None => items.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Tests the examples in RFC 6901 §5.
    #[test]
    fn every_example_of_the_specification_is_found() {
        let document = json!({
            "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8
        });
        let text = document.to_string();
        let pointers = [
            "", "/foo", "/foo/0", "/foo/1", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ",
            "/m~0n",
        ];
        for pointer in pointers {
            let found = look_up(text.as_bytes(), pointer);
            assert!(found.is_some(), "{pointer}");
            assert_eq!(found.as_ref(), document.pointer(pointer), "{pointer}");
        }
        for pointer in ["/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/0/x", "/a/b", "foo"] {
            assert_eq!(look_up(text.as_bytes(), pointer), None, "{pointer}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(look_up("\u{feff}{\"a\":1}".as_bytes(), "/a"), Some(json!(1)));
    }

    #[test]
    fn the_parent_is_the_object_around_the_last_member() {
        let has_parent = |json: &str, pointer: &str| find::<Value>(json.as_bytes(), pointer).has_parent;
        assert!(has_parent("{}", "/next"));
        assert!(has_parent(r#"{"meta":{}}"#, "/meta/next"));
        for json in ["{}", "[]", r#"{"meta":null}"#, r#"{"meta":[]}"#, r#"{"meta":"x"}"#, "", "<html>"] {
            assert!(!has_parent(json, "/meta/next"), "{json}");
        }
        assert!(!has_parent("[]", "/next"));
    }

    #[test]
    fn a_value_before_the_truncation_is_found_and_a_truncated_one_is_not() {
        let text = br#"{"list":[{"x":[1,2]},null,1.5],"error":{"code":"expired","more":"and mo"#;
        assert_eq!(look_up(text, "/error/code"), Some(json!("expired")));
        assert_eq!(look_up(text, "/list/0/x/1"), Some(json!(2)));
        assert_eq!(look_up(text, "/error/more"), None);
        assert_eq!(look_up(text, "/error"), None);
        assert_eq!(look_up(b"<html>", "/error"), None);
        assert_eq!(look_up(b"", ""), None);
    }
}
