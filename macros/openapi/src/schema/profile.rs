//! As much of a schema as decides whether a value of one variant of a union could be read as another.

use std::collections::BTreeMap;

use serde_json::Value;

use super::enumeration::values;
use super::{Types, keyword};
use crate::document::Document;
use crate::model::Ty;

/// How deep profiles look.
const DEEPEST: usize = 6;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Profile {
    Any,
    Bool,
    Integer,
    Number,
    /// Texts, all or these.
    Text(Option<Vec<String>>),
    List(Box<Profile>),
    Map,
    Object {
        required: Vec<String>,
        members: BTreeMap<String, Profile>,
        is_open: bool,
    },
    Several(Vec<Profile>),
}

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
            // What is lost by merging is reported where the type is made.
            let losses = std::mem::take(&mut self.report);
            schema = self.merge(&schema);
            self.report = losses;
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[key].as_array().filter(|variants| !variants.is_empty()) {
                let variants = variants.clone();
                if super::all_of::is_about_required_only(&schema[key]) {
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

    /// Whether a schema is an object with listed members.
    pub(super) fn is_object(&mut self, schema: &Value) -> bool {
        matches!(self.profile(schema), Profile::Object { .. })
    }
}

impl Profile {
    /// The narrower come first.
    pub(super) fn rank(&self) -> (u8, usize, usize) {
        let inverse = |count: usize| usize::MAX - count;
        match self {
            Self::Bool => (0, 0, 0),
            Self::Integer => (1, 0, 0),
            Self::Number => (2, 0, 0),
            Self::Text(Some(_)) => (3, 0, 0),
            Self::Text(None) => (4, 0, 0),
            Self::List(item) => (5, usize::from(item.rank().0), 0),
            Self::Several(profiles) => profiles.iter().map(Self::rank).max().unwrap_or_default(),
            Self::Object { required, members, .. } => (6, inverse(required.len()), inverse(members.len())),
            Self::Map => (7, 0, 0),
            Self::Any => (8, 0, 0),
        }
    }

    /// Whether a value of `other` would be read as this, and something of it lost.
    pub(super) fn hides(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(own), Self::List(other)) => own.hides(other),
            (Self::Several(profiles), other) => profiles.iter().any(|own| own.hides(other)),
            (own, Self::Several(profiles)) => profiles.iter().any(|other| own.hides(other)),
            (
                Self::Object { required, members, is_open },
                Self::Object { required: needed, members: others, .. },
            ) => {
                let fits = required.iter().all(|key| {
                    needed.contains(key)
                        && members
                            .get(key)
                            .zip(others.get(key))
                            .is_some_and(|(own, other)| own.accepts(other))
                });
                let differs = |(key, other): (&String, &Self)| match members.get(key) {
                    None => !is_open,
                    Some(own) => own.accepts(other) && own.hides(other),
                };
                fits && others.iter().any(differs)
            }
            (Self::Object { required, is_open, .. }, Self::Map) => required.is_empty() && !is_open,
            _ => false,
        }
    }

    /// Whether some value of `other` could be read as this.
    fn accepts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Several(profiles), other) => profiles.iter().any(|own| own.accepts(other)),
            (own, Self::Several(profiles)) => profiles.iter().any(|other| own.accepts(other)),
            (Self::Text(Some(own)), Self::Text(Some(other))) => own.iter().any(|text| other.contains(text)),
            (Self::Text(_), Self::Text(_)) | (Self::Number, Self::Integer | Self::Number) => true,
            (Self::List(own), Self::List(other)) => own.accepts(other),
            (Self::Object { required, members, .. }, Self::Object { members: others, .. }) => {
                required.iter().all(|key| {
                    others
                        .get(key)
                        .is_some_and(|other| members.get(key).is_some_and(|own| own.accepts(other)))
                })
            }
            (Self::Object { .. } | Self::Map, Self::Map) | (Self::Map, Self::Object { .. }) => true,
            (own, other) => own == other,
        }
    }
}

/// Whether a schema is a text that may be anything.
pub(super) fn is_any_text(document: &Document, schema: &Value) -> bool {
    let schema = document.resolve(schema);
    schema["type"] == "string" && values(schema).is_empty() && schema["format"].is_null()
}

/// What a variant is called after, where it is no object.
pub(super) fn word(ty: &Ty) -> Option<&'static str> {
    Some(match ty {
        Ty::Bool => "Bool",
        Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => "Integer",
        Ty::F64 => "Number",
        Ty::String => "Text",
        Ty::Date(_) => "Date",
        Ty::List(_) => "List",
        Ty::Map(_) => "Map",
        Ty::Unit => "Null",
        _ => return None,
    })
}
