//! Merges all parts of an `allOf` into one schema.

use serde_json::{Map, Value, json};

use super::keyword;
use super::lowering::Types;

/// The maximum nesting depth of the parts of an `allOf`; a schema that exceeds this depth is assumed to contain itself.
const DEEPEST: usize = 32;

/// Returns the part of an `allOf` that constrains values, if all other parts contain only annotations.
pub(super) fn only_part(schema: &Value) -> Option<&Value> {
    let parts = schema["allOf"].as_array()?;
    if schema.get("$ref").is_some() || keyword::has_constraints_beside(schema, "allOf") {
        return None;
    }
    let mut saying = parts.iter().filter(|part| {
        part.as_object().is_some_and(|part| part.keys().any(|word| !keyword::is_annotation(word)))
    });
    let only = saying.next()?;
    saying.next().is_none().then_some(only)
}

impl Types<'_> {
    /// Returns the schema merged with the parts of its `allOf` and the target of its `$ref`.
    pub(crate) fn merge(&mut self, schema: &Value) -> Value {
        let mut merged = Map::new();
        self.add_parts(schema, &mut merged, DEEPEST);
        Value::Object(merged)
    }

    fn add_parts(&mut self, schema: &Value, into: &mut Map<String, Value>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return self.lose("an `allOf` refers to itself, so that part is omitted");
        };
        if schema["$ref"].is_string() {
            let target = self.document.resolve(schema);
            self.add_parts(target, into, depth);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.add_parts(part, into, depth);
        }
        for (word, value) in schema.as_object().into_iter().flatten() {
            match &**word {
                "$ref" | "allOf" => {}
                "properties" => add_properties(value, into),
                "required" => add_required(value, into),
                "oneOf" | "anyOf" if into.contains_key(word) => self.add_union(word, value, into),
                // A merged schema is not nullable just because one of its parts is nullable.
                "nullable" | "readOnly" | "writeOnly" => {}
                "type" => add_type(value, into),
                "enum" => add_enum(value, into),
                "additionalProperties" if into.contains_key(word) && !value.is_object() => {}
                _ => {
                    into.insert(word.clone(), value.clone());
                }
            }
        }
    }

    /// Adds a union. If the merged schema already contains a different union, the existing union is kept, and the new
    /// union is reported as unsupported.
    fn add_union(&mut self, word: &str, value: &Value, into: &mut Map<String, Value>) {
        if into.get(word) == Some(value) || is_about_required_only(value) {
            return;
        }
        if into.get(word).is_some_and(is_about_required_only) {
            into.insert(word.to_owned(), value.clone());
            return;
        }
        self.lose(format!("an `allOf` has two `{word}` keywords, and the type covers only the first one"));
    }
}

/// Returns whether the variants of a union only add constraints, such as `required` or `pattern`.
pub(super) fn is_about_required_only(union: &Value) -> bool {
    union.as_array().is_some_and(|variants| {
        variants.iter().all(|variant| {
            variant.as_object().is_some_and(|variant| {
                variant.keys().all(|word| {
                    keyword::is_annotation(word)
                        || matches!(
                            &**word,
                            "required"
                                | "not"
                                | "minProperties"
                                | "maxProperties"
                                | "pattern"
                                | "minLength"
                                | "maxLength"
                                | "minimum"
                                | "maximum"
                        )
                })
            })
        })
    })
}

/// Adds the properties of a part to the merged schema. If two parts describe the same property, the merged property
/// combines both descriptions.
fn add_properties(value: &Value, into: &mut Map<String, Value>) {
    let slot = into.entry("properties").or_insert_with(|| json!({}));
    let Some(properties) = slot.as_object_mut() else { return };
    for (key, property) in value.as_object().into_iter().flatten() {
        let is_object = |value: &Value| value.as_object().is_some_and(|object| !object.is_empty());
        match properties.get_mut(key) {
            Some(known) if known != property && is_object(known) && is_object(property) => {
                let narrows = keyword::has_constraints_beside(property, "");
                *known = match narrows {
                    true if is_plain(known) => with_docs(property, known),
                    true if is_plain(property) => known.clone(),
                    true => json!({ "allOf": [known, property] }),
                    false => with_docs(known, property),
                };
            }
            Some(_) => {}
            None => {
                properties.insert(key.clone(), property.clone());
            }
        }
    }
}

/// Returns whether a schema has no constraints other than its type.
fn is_plain(schema: &Value) -> bool {
    !keyword::has_constraints_beside(schema, "type")
}

fn with_docs(schema: &Value, docs: &Value) -> Value {
    let mut own = schema.clone();
    if own.get("description").is_none()
        && own.get("$ref").is_none()
        && let (Some(map), Some(text)) = (own.as_object_mut(), docs.get("description"))
    {
        map.insert("description".to_owned(), text.clone());
    }
    own
}

fn add_required(value: &Value, into: &mut Map<String, Value>) {
    let slot = into.entry("required").or_insert_with(|| json!([]));
    if let (Some(list), Some(more)) = (slot.as_array_mut(), value.as_array()) {
        for name in more {
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    }
}

/// Keeps only the JSON types that all parts of an `allOf` allow.
fn add_type(value: &Value, into: &mut Map<String, Value>) {
    let all = |value: &Value| match value {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    let Some(known) = into.get("type").cloned() else {
        into.insert("type".to_owned(), value.clone());
        return;
    };
    let own = all(value);
    let both: Vec<Value> = all(&known).into_iter().filter(|one| own.contains(one)).collect();
    match both.as_slice() {
        [] => {}
        [one] => {
            into.insert("type".to_owned(), one.clone());
        }
        _ => {
            into.insert("type".to_owned(), Value::Array(both));
        }
    }
}

fn add_enum(value: &Value, into: &mut Map<String, Value>) {
    let both = match (into.get("enum").and_then(Value::as_array), value.as_array()) {
        (Some(known), Some(own)) => {
            let both: Vec<Value> = known.iter().filter(|value| own.contains(value)).cloned().collect();
            if both.is_empty() { value.clone() } else { Value::Array(both) }
        }
        _ => value.clone(),
    };
    into.insert("enum".to_owned(), both);
}
