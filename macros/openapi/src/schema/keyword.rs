//! Reads schema keywords, whose spelling depends on the OpenAPI version.

use serde_json::{Map, Value};

use crate::model::Ty;

/// Keywords that describe a value without constraining it.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "externalDocs",
    "readOnly",
    "writeOnly",
    "nullable",
    "xml",
    "$comment",
    "$schema",
    "$id",
    "summary",
];

/// Returns the types that a schema allows, except `null`.
pub(crate) fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) if one != "null" => vec![one],
        Value::Array(several) => {
            let mut types: Vec<&str> =
                several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect();
            let mut seen = Vec::new();
            types.retain(|one| {
                !seen.contains(one) && {
                    seen.push(*one);
                    true
                }
            });
            types
        }
        _ => Vec::new(),
    }
}

pub(crate) fn is_nullable(schema: &Value) -> bool {
    let says_null = |value: &Value| value.as_array().is_some_and(|list| list.contains(&Value::Null));
    let in_types = match &schema["type"] {
        Value::Array(types) => types.iter().any(|one| one == "null"),
        one => one == "null",
    };
    schema["nullable"] == true
        || schema["x-nullable"] == true
        || in_types
        || (says_null(&schema["enum"]) && schema["type"].is_null())
}

/// Returns whether a schema describes the content of a file.
pub(crate) fn is_binary(schema: &Value) -> bool {
    let is_media = schema["contentMediaType"].is_string() && schema["contentEncoding"].is_null();
    schema["format"] == "binary" || schema["type"] == "file" || is_media
}

pub(super) fn is_text_format(format: &str) -> bool {
    matches!(
        format,
        "date"
            | "date-time"
            | "time"
            | "duration"
            | "email"
            | "hostname"
            | "ipv4"
            | "ipv6"
            | "uri"
            | "url"
            | "uuid"
            | "byte"
            | "binary"
            | "password"
    )
}

pub(super) fn integer(schema: &Value) -> Ty {
    match schema["format"].as_str() {
        Some("int32" | "int16" | "int8") => Ty::I32,
        Some("uint32" | "uint16" | "uint8") => Ty::U32,
        Some("uint64" | "uint") => Ty::U64,
        _ if schema["maximum"].as_u64().is_some_and(|most| i64::try_from(most).is_err()) => Ty::U64,
        _ => Ty::I64,
    }
}

/// Returns whether keywords other than `key` constrain the value.
pub(super) fn has_constraints_beside(schema: &Value, key: &str) -> bool {
    let words = schema.as_object().into_iter().flatten();
    words.into_iter().any(|(word, _)| word != key && !is_annotation(word))
}

pub(super) fn is_annotation(word: &str) -> bool {
    ANNOTATIONS.contains(&word) || word.starts_with("x-")
}

/// Returns a copy of the schema with `ty` as its only type.
pub(super) fn with_type(schema: &Value, ty: &str) -> Value {
    let mut own: Map<String, Value> = schema.as_object().cloned().unwrap_or_default();
    own.insert("type".to_owned(), ty.into());
    own.remove("nullable");
    Value::Object(own)
}

/// Returns a key that is identical for schemas that differ only in annotations.
pub(super) fn without_annotations(schema: &Value) -> String {
    strip(schema, false).to_string()
}

fn strip(value: &Value, is_map: bool) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| is_map || !is_annotation(key) || matters(key));
            let kept = kept.map(|(key, value)| (key.clone(), strip(value, !is_map && key == "properties")));
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| strip(item, false)).collect()),
        other => other.clone(),
    }
}

/// Returns whether the annotation `key` affects the Rust type of a schema.
fn matters(key: &str) -> bool {
    matches!(key, "nullable" | "x-nullable" | "readOnly" | "writeOnly" | "x-extensible-enum")
}

/// Returns the values of `const` and `enum`, except `null`.
pub(super) fn values(schema: &Value) -> Vec<&Value> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    schema.get("const").into_iter().chain(listed).filter(|value| !value.is_null()).collect()
}
