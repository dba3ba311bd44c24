//! [`find_text`] and [`elements`] return the unparsed text of values in a JSON document. `serde_json` can return the
//! unparsed text of a value only if its Cargo feature `raw_value` is enabled, which would add a second parser to the
//! WebAssembly file of a web page.

use std::borrow::Cow;

use serde::de::IgnoredAny;

pub(crate) struct Found<T> {
    /// Whether the document contains the object in which the pointer's last field is expected.
    pub(crate) has_parent: bool,
    pub(crate) value: Option<T>,
}

/// Returns the unparsed text of the value at `pointer` (RFC 6901). The document can be truncated after the value at
/// `pointer`.
pub(crate) fn find_text<'j>(json: &'j [u8], pointer: &str) -> Found<&'j [u8]> {
    let mut found = Found { has_parent: false, value: None };
    seek(json.trim_ascii_start(), pointer, &mut found);
    found
}

fn seek<'j>(json: &'j [u8], pointer: &str, found: &mut Found<&'j [u8]>) {
    let Some((step, pointer)) = step_of(pointer) else {
        if let Some((value, _)) = first(json).filter(|_| pointer.is_empty()) {
            found.value = Some(value);
        }
        return;
    };
    let is_object = json.starts_with(b"{");
    found.has_parent |= is_object && pointer.is_empty();
    let mut items = json.strip_prefix(b"{").or_else(|| json.strip_prefix(b"["));
    for index in 0_usize.. {
        let Some(mut item) = items.map(<[u8]>::trim_ascii_start) else { return };
        let is_wanted = if is_object {
            let Some((name, after)) = first(item) else { return };
            let Some(value) = after.strip_prefix(b":") else { return };
            item = value.trim_ascii_start();
            serde_json::from_slice(name).is_ok_and(|name: String| *name == *step)
        } else {
            *step == index.to_string()
        };
        if is_wanted {
            seek(item, pointer, found);
        }
        items = first(item).and_then(|(_, after)| after.strip_prefix(b","));
    }
}

/// Splits a JSON pointer into its first step and the rest.
fn step_of(pointer: &str) -> Option<(Cow<'_, str>, &str)> {
    let path = pointer.strip_prefix('/')?;
    let end = path.find('/').unwrap_or(path.len());
    let (step, rest) = path.split_at_checked(end)?;
    let step = if step.contains('~') {
        Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(step)
    };
    Some((step, rest))
}

/// Splits the list at the beginning of `json` into its elements, each as unparsed text.
pub(crate) fn elements(json: &[u8]) -> Vec<&[u8]> {
    let mut elements = Vec::new();
    let mut rest = json.strip_prefix(b"[");
    while let Some((element, after)) = rest.and_then(first) {
        elements.push(element);
        rest = after.strip_prefix(b",");
    }
    elements
}

/// Returns the unparsed text of the first value in `json`, and the text that follows the value.
fn first(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let (value, rest) = json.split_at_checked(values.byte_offset())?;
    Some((value.trim_ascii_start(), rest.trim_ascii_start()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn text<'j>(json: &'j str, pointer: &str) -> Option<&'j str> {
        find_text(json.as_bytes(), pointer).value.map(|text| std::str::from_utf8(text).unwrap())
    }

    #[test]
    fn the_text_of_a_value_is_returned_as_it_was_written() {
        let json = r#" {"a" : [ 1e2 , {"b": "x\u0041"} ], "c/d": null, "c/d": 7 } "#;
        assert_eq!(text(json, ""), Some(json.trim()));
        assert_eq!(text(json, "/a"), Some(r#"[ 1e2 , {"b": "x\u0041"} ]"#));
        assert_eq!(text(json, "/a/0"), Some("1e2"));
        assert_eq!(text(json, "/a/1/b"), Some(r#""x\u0041""#));
        assert_eq!(text(json, "/c~1d"), Some("7"), "the last of two members");
        for none in ["/b", "/a/2", "/a/00", "/a/+1", "/a/0/0", "a", "/c~1d/0"] {
            assert_eq!(text(json, none), None, "{none}");
        }
    }

    #[test]
    fn the_parent_is_the_object_around_the_last_member() {
        let has_parent = |json: &str, pointer| find_text(json.as_bytes(), pointer).has_parent;
        assert!(has_parent("{}", "/next") && has_parent(r#"{"meta":{}}"#, "/meta/next"));
        for json in ["{}", "[]", r#"{"meta":null}"#, r#"{"meta":[]}"#, "", "<html>"] {
            assert!(!has_parent(json, "/meta/next"), "{json}");
        }
    }

    #[test]
    fn a_value_before_the_truncation_is_found_and_a_truncated_one_is_not() {
        assert_eq!(text(r#"{"a":[1,2],"b":{"c"#, "/a"), Some("[1,2]"));
        assert_eq!(text(r#"{"a":[1,2"#, "/a"), None);
        assert_eq!(text(r#"{"a":[1,2"#, "/a/0"), Some("1"));
        assert_eq!(text(r#"{"a":{"b":1,"c":"#, "/a/b"), Some("1"));
        assert_eq!(text(r#"{"a":{"b":1,"c":"#, "/a"), None);
    }

    #[test]
    fn the_elements_of_a_list_are_split() {
        let elements = |json: &'static str| elements(json.as_bytes());
        assert_eq!(elements("[]"), [b""; 0]);
        assert_eq!(elements("[ ]"), [b""; 0]);
        assert_eq!(elements(r#"[ "a,]" ,{"b":[1]}, -1.5e3 ]"#), [&b"\"a,]\""[..], b"{\"b\":[1]}", b"-1.5e3"]);
        assert_eq!(elements("{}"), [b""; 0]);
    }

    #[test]
    fn the_elements_are_those_that_a_parser_finds() {
        let json = r#"[
            null, true, false, 0, -1, 1.5e-3, 18446744073709551615, "", "]", "\"", "\\", "\\\",", "\ud83d\ude00", "é\u005d",
            [], {}, [[]], [{"a": "}"}, []], {"a,b": [1, 2], "c\"]": {"d": null}}, {"": ""} , "last"
        ]"#;
        let parsed: Vec<Value> = serde_json::from_str(json).unwrap();
        let split = elements(json.as_bytes()).into_iter().map(|text| serde_json::from_slice(text).unwrap());
        assert_eq!(split.collect::<Vec<Value>>(), parsed);
        assert_eq!(elements(json.replace([' ', '\n'], "").as_bytes()).len(), parsed.len());
    }
}
