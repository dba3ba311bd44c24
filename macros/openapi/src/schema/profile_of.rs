//! Computes the profile of a schema, which describes the JSON values that the schema accepts.

use serde_json::Value;

use super::all_of::is_about_required_only;
use super::keyword::{self, values};
use super::lowering::Types;
use super::profile::Profile;
use crate::document::Document;

const DEEPEST: usize = 6;

impl Types<'_> {
    pub(super) fn profile(&mut self, schema: &Value) -> Profile {
        let key = schema.to_string();
        if let Some(known) = self.profiles.get(&key) {
            return known.clone();
        }
        let profile = self.profile_at(schema, DEEPEST);
        self.profiles.insert(key, profile.clone());
        profile
    }

    fn profile_at(&mut self, schema: &Value, depth: usize) -> Profile {
        let Some(depth) = depth.checked_sub(1) else { return Profile::Any };
        let mut schema = self.document.resolve(schema).clone();
        if schema["allOf"].is_array() || schema["$ref"].is_string() {
            // Losses are not reported while a profile is computed, because the same losses are reported later, when the
            // schema's type is built.
            let losses = std::mem::take(&mut self.report);
            schema = self.merge(&schema);
            self.report = losses;
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[key].as_array().filter(|variants| !variants.is_empty()) {
                let variants = variants.clone();
                if is_about_required_only(&schema[key]) {
                    continue;
                }
                let all = variants.iter().filter(|variant| variant["type"] != "null");
                return Profile::Several(all.map(|variant| self.profile_at(variant, depth)).collect());
            }
        }
        let listed = values(&schema);
        if !listed.is_empty() {
            let texts: Vec<String> =
                listed.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
            if texts.len() == listed.len() {
                return Profile::Text(Some(texts));
            }
        }
        match keyword::types(&schema).as_slice() {
            ["boolean"] => Profile::Bool,
            ["integer"] => Profile::Integer,
            ["number"] => Profile::Number,
            ["string"] => Profile::Text(None),
            ["array"] => Profile::List(Box::new(self.profile_at(&schema["items"], depth))),
            ["object"] => self.object_profile(&schema, depth),
            [] if schema["properties"].is_object() || schema["additionalProperties"].is_object() => {
                self.object_profile(&schema, depth)
            }
            [] if schema["items"].is_object() => {
                Profile::List(Box::new(self.profile_at(&schema["items"], depth)))
            }
            [] => Profile::Any,
            several => Profile::Several(
                several.iter().map(|one| self.profile_at(&keyword::with_type(&schema, one), depth)).collect(),
            ),
        }
    }

    fn object_profile(&mut self, schema: &Value, depth: usize) -> Profile {
        let Some(properties) = schema["properties"].as_object().filter(|properties| !properties.is_empty())
        else {
            return Profile::Map;
        };
        let members = properties
            .iter()
            .map(|(key, property)| (key.clone(), self.profile_at(property, depth)))
            .collect();
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let required = required.filter(|name| properties.contains_key(*name)).map(str::to_owned).collect();
        let is_open = schema["additionalProperties"] == true || schema["additionalProperties"].is_object();
        Profile::Object { required, members, is_open }
    }

    /// Returns whether a schema is an object schema that lists its properties.
    pub(super) fn is_object(&mut self, schema: &Value) -> bool {
        matches!(self.profile(schema), Profile::Object { .. })
    }
}

pub(super) fn is_any_text(document: &Document, schema: &Value) -> bool {
    let schema = document.resolve(schema);
    schema["type"] == "string" && values(schema).is_empty() && schema["format"].is_null()
}
