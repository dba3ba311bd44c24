//! Generates random values from schemas.

use fastrand::Rng;
use serde_json::{Map, Value, json};

const DEEPEST: usize = 7;

pub(crate) struct Maker<'d> {
    pub(crate) root: &'d Value,
    pub(crate) random: Rng,
}

impl Maker<'_> {
    pub(crate) fn make(&mut self, schema: &Value) -> Value {
        self.at(schema, DEEPEST)
    }

    fn resolve(&self, schema: &Value) -> Value {
        let mut schema = schema;
        for _ in 0..32 {
            let Some(reference) = schema["$ref"].as_str() else { break };
            let pointer =
                percent_encoding::percent_decode_str(reference.trim_start_matches('#')).decode_utf8_lossy();
            let Some(target) = self.root.pointer(&pointer) else { return Value::Null };
            schema = target;
        }
        schema.clone()
    }

    fn at(&mut self, schema: &Value, depth: usize) -> Value {
        let schema = self.resolve(schema);
        let depth = depth.saturating_sub(1);
        let is_null_type = schema["type"] == "null";
        if is_null_type || (schema["nullable"] == true && (depth == 0 || self.random.u8(0..8) == 0)) {
            return Value::Null;
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            return values[self.random.usize(0..values.len())].clone();
        }
        let parts = schema["allOf"].as_array().cloned().unwrap_or_default();
        let variants =
            ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].as_array()).cloned().unwrap_or_default();
        if parts.is_empty() && variants.is_empty() {
            return self.typed(&schema, depth);
        }
        let mut whole = Value::Null;
        let mut own = schema.clone();
        ["allOf", "oneOf", "anyOf"].iter().for_each(|key| drop(own.as_object_mut().unwrap().remove(*key)));
        if own["properties"].is_object() {
            whole = self.typed(&own, depth);
        }
        for part in &parts {
            whole = merge(whole, self.at(part, depth + 1));
        }
        if !variants.is_empty() {
            let variant = &variants[self.random.usize(0..variants.len())];
            whole = merge(whole, self.at(variant, depth + 1));
            self.tag(&schema, variant, &mut whole);
        }
        whole
    }

    fn tag(&self, schema: &Value, variant: &Value, value: &mut Value) {
        let Some(member) = schema["discriminator"]["propertyName"].as_str() else { return };
        let reference = variant["$ref"].as_str().unwrap_or_default();
        let mapping = schema["discriminator"]["mapping"].as_object();
        let mapped = mapping
            .into_iter()
            .flatten()
            .find(|(_, target)| *target == reference)
            .map(|(tag, _)| tag.clone());
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        let has_own = value[member].is_string()
            && mapped.is_none()
            && self.resolve(variant)["properties"][member]["enum"].is_array();
        if let Some(object) = value.as_object_mut().filter(|_| !has_own) {
            object.insert(member.to_owned(), mapped.unwrap_or(name).into());
        }
    }

    fn typed(&mut self, schema: &Value, depth: usize) -> Value {
        let ty = match &schema["type"] {
            Value::Array(types) => {
                types[self.random.usize(0..types.len())].as_str().unwrap_or_default().to_owned()
            }
            Value::String(ty) => ty.clone(),
            _ if schema["properties"].is_object() || schema["additionalProperties"].is_object() => {
                "object".to_owned()
            }
            _ if schema["items"].is_object() => "array".to_owned(),
            _ => String::new(),
        };
        match &*ty {
            "null" => Value::Null,
            "boolean" => self.random.bool().into(),
            "integer" => self.integer(schema).into(),
            "number" => (self.integer(schema) as f64 + 0.5).into(),
            "string" => self.text(schema).into(),
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
                let count = if depth == 0 { least } else { self.random.usize(least..=least + 2) };
                (0..count).map(|_| self.at(&schema["items"], depth)).collect()
            }
            "object" => self.object(schema, depth),
            _ => json!({ "any": [1, "thing"] }),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.iter().any(|name| name == key);
            if is_required || (depth > 2 && self.random.u8(0..10) < 6) {
                object.insert(key.clone(), self.at(property, depth));
            }
        }
        for name in required.iter().filter_map(Value::as_str) {
            if !object.contains_key(name) && schema["properties"].get(name).is_none() {
                object.insert(name.to_owned(), "any".into());
            }
        }
        if schema["additionalProperties"].is_object() && depth > 2 {
            let value = self.at(&schema["additionalProperties"], depth);
            object.insert("added-key".to_owned(), value);
        }
        Value::Object(object)
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let least = schema["minimum"].as_f64().map_or(0, |least| least as i64 + 1);
        let most = schema["maximum"].as_f64().map_or(least.saturating_add(1000), |most| most as i64 - 1);
        if most > least { self.random.i64(least..most) } else { least }
    }

    fn text(&mut self, schema: &Value) -> String {
        match schema["format"].as_str() {
            Some("date-time") => return "2026-11-29T04:00:00Z".to_owned(),
            Some("date") => return "2026-11-29".to_owned(),
            Some("uuid") => return "6f9619ff-8b86-4011-b42d-00cf4fc964ff".to_owned(),
            Some("uri" | "url") => return "https://a.example/b".to_owned(),
            Some("email") => return "a@b.example".to_owned(),
            _ => {}
        }
        // The generator cannot create strings that match a pattern, so it uses an example from the document.
        if schema["pattern"].is_string()
            && let Some(example) = schema["example"].as_str().or(schema["examples"][0].as_str())
        {
            return example.to_owned();
        }
        let least = schema["minLength"].as_u64().unwrap_or(1).min(300) as usize;
        let most = schema["maxLength"].as_u64().unwrap_or(300) as usize;
        let length = self.random.usize(least..=(least + 6).min(most.max(least)));
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }
}

fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            // If one part of an `allOf` lists a property only in `required`, the value comes from the part that
            // describes the property.
            let is_news = |key: &str, value: &Value| *value != "any" || !one.contains_key(key);
            let news: Vec<(String, Value)> =
                other.into_iter().filter(|(key, value)| is_news(key, value)).collect();
            one.extend(news);
            Value::Object(one)
        }
        (Value::Null, other) => other,
        (one, _) => one,
    }
}
