//! Looks up a JSON pointer (RFC 6901) in a document that might be truncated.

use serde::Deserialize;
use serde_json::Value;

use super::charset::without_bom;
use super::json_text::{Found, find_text};

/// Returns the value at `pointer`, or `None` if the value does not exist or is truncated. A byte order mark is skipped.
pub(crate) fn look_up(json: &[u8], pointer: &str) -> Option<Value> {
    find(json, pointer).value
}

pub(crate) fn find<'j, T: Deserialize<'j>>(json: &'j [u8], pointer: &str) -> Found<T> {
    let Found { has_parent, value } = find_text(without_bom(json), pointer);
    Found { has_parent, value: value.and_then(|text| serde_json::from_slice(text).ok()) }
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
