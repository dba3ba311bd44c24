//! The schemas of the values that a client sends or receives, both as OpenAPI schemas and as JSON Schemas for
//! validation.

use afresh_openapi::Document;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// A document whose schemas describe only requests (without `readOnly` properties) or only responses (without
/// `writeOnly` properties).
pub(crate) struct Schemas {
    pub(crate) root: Value,
    /// The document with its schemas converted to JSON Schema.
    plain: Value,
}

impl Schemas {
    pub(crate) fn of_answers(document: &Document) -> Self {
        Self::without(document, "writeOnly")
    }

    pub(crate) fn of_requests(document: &Document) -> Self {
        Self::without(document, "readOnly")
    }

    fn without(document: &Document, word: &str) -> Self {
        let mut root = document.to_value();
        leave_out(&mut root, word);
        let mut plain = root.clone();
        as_json_schema(&mut plain);
        Self { root, plain }
    }

    pub(crate) fn named(&self, name: &str) -> Value {
        let place = if self.root["definitions"].is_object() { "definitions" } else { "components/schemas" };
        json!({ "$ref": format!("#/{place}/{}", name.replace('~', "~0").replace('/', "~1")) })
    }

    pub(crate) fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        for _ in 0..32 {
            let Some(reference) = schema["$ref"].as_str() else { break };
            let pointer =
                percent_encoding::percent_decode_str(reference.trim_start_matches('#')).decode_utf8_lossy();
            let Some(target) = self.root.pointer(&pointer) else { return &Value::Null };
            schema = target;
        }
        schema
    }

    /// Returns a copy of `schema` that also contains the properties of its `allOf`, `anyOf`, and `oneOf` parts.
    pub(crate) fn whole(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        let mut whole = schema.clone();
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                for (key, property) in self.whole(part)["properties"].as_object().into_iter().flatten() {
                    whole["properties"][key] = property.clone();
                }
            }
        }
        whole
    }

    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let mut schema = schema.clone();
        as_json_schema(&mut schema);
        let mut whole = Map::new();
        whole.insert("allOf".to_owned(), json!([schema]));
        for key in ["components", "definitions", "paths"] {
            if self.plain[key].is_object() {
                whole.insert(key.to_owned(), self.plain[key].clone());
            }
        }
        let draft = match self.plain["openapi"].as_str() {
            Some(version) if version.starts_with("3.1") => Draft::Draft202012,
            _ => Draft::Draft4,
        };
        jsonschema::options().with_draft(draft).build(&Value::Object(whole)).unwrap()
    }
}

/// Returns the document without examples, because some examples contradict their schemas.
pub(crate) fn without_examples(document: &Document) -> Value {
    let mut root = document.to_value();
    leave_out_examples(&mut root, false);
    root
}

/// The OpenAPI keywords whose values are maps with arbitrary names as keys.
const NAMED: &[&str] = &[
    "properties",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
    "variables",
    "mapping",
];

/// Removes examples. If `are_names` is `true`, the keys of `value` are names from the document.
fn leave_out_examples(value: &mut Value, are_names: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out_examples(item, false)),
        Value::Object(map) => {
            if !are_names {
                map.retain(|key, _| !matches!(&**key, "example" | "examples" | "default"));
            }
            for (key, inner) in map.iter_mut() {
                let has_names = NAMED.contains(&&**key) && !are_names;
                leave_out_examples(inner, has_names);
            }
        }
        _ => {}
    }
}

/// Replaces `nullable` with a variant that accepts `null`.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        Value::Object(map) => {
            map.values_mut().for_each(as_json_schema);
            if map.get("nullable") == Some(&Value::Bool(true)) {
                let own = std::mem::take(map);
                map.insert("anyOf".to_owned(), json!([{ "enum": [null] }, own]));
            }
        }
        _ => {}
    }
}

/// Removes the properties for which the keyword `word` is `true`.
fn leave_out(value: &mut Value, word: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out(item, word)),
        Value::Object(map) => {
            map.values_mut().for_each(|value| leave_out(value, word));
            let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else { return };
            let is_gone = |property: &Value| property[word] == true;
            let gone: Vec<String> = properties
                .iter()
                .filter(|(_, property)| is_gone(property))
                .map(|(key, _)| key.clone())
                .collect();
            properties.retain(|key, _| !gone.contains(key));
            if let Some(required) = map.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| !gone.iter().any(|key| name == key));
            }
        }
        _ => {}
    }
}
