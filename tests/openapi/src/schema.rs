//! The part of a schema that decides how a value is encoded: scalars, arrays, objects. Everything finer is JSON.

use serde_json::Value;

use crate::document::Document;

/// The maximum depth of schemas. They may be recursive.
const DEEPEST: usize = 16;

/// The shape of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Integer,
    Number,
    Bool,
    /// Bytes, as a file in a form.
    Binary,
    Array(Box<Shape>),
    /// The listed properties, and whether others are allowed.
    Object(Vec<Property>),
    /// None of these, or several.
    Any,
}

/// A property of an object in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

impl Shape {
    /// The shape that `schema` describes.
    pub(crate) fn of(document: &Document, schema: &Value) -> Self {
        shape(document, schema, DEEPEST)
    }

    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Self::Text | Self::Integer | Self::Number | Self::Bool)
    }

    /// Whether a form or a query can contain it under one name.
    pub(crate) fn is_flat(&self) -> bool {
        match self {
            Self::Array(element) => element.is_scalar() || **element == Self::Any,
            other => other.is_scalar() || *other == Self::Any,
        }
    }

    /// The type of an argument of this shape, by reference.
    pub(crate) fn argument(&self) -> String {
        match self {
            Self::Text => "&str".to_owned(),
            Self::Integer => "i64".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Array(element) if element.is_scalar() => format!("&[{}]", element.argument()),
            Self::Array(_) => "&[serde_json::Value]".to_owned(),
            Self::Binary | Self::Object(_) | Self::Any => "&serde_json::Value".to_owned(),
        }
    }
}

fn shape(document: &Document, schema: &Value, depth: usize) -> Shape {
    let schema = document.resolve(schema);
    let Some(depth) = depth.checked_sub(1) else { return Shape::Any };
    match types(schema).as_slice() {
        ["string"] if is_binary(schema) => Shape::Binary,
        ["string"] => Shape::Text,
        ["file"] => Shape::Binary,
        ["integer"] => Shape::Integer,
        ["number"] => Shape::Number,
        ["boolean"] => Shape::Bool,
        ["array"] => Shape::Array(Box::new(shape(document, &schema["items"], depth))),
        ["object"] => Shape::Object(properties(document, schema, depth)),
        [] => untyped(document, schema, depth),
        _ => Shape::Any,
    }
}

/// The types except `null`, which means that the value is absent.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => {
            several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn is_binary(schema: &Value) -> bool {
    let is_media = schema["contentMediaType"].is_string() && schema["contentEncoding"].is_null();
    schema["format"] == "binary" || is_media
}

fn untyped(document: &Document, schema: &Value, depth: usize) -> Shape {
    if schema["properties"].is_object() || schema["allOf"].is_array() {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let mut shapes: Vec<Shape> = parts.map(|part| shape(document, part, depth)).collect();
        let is_object = |shape: &Shape| matches!(shape, Shape::Object(_));
        return match shapes.pop() {
            Some(only) if shapes.is_empty() && !is_object(&only) => only,
            Some(other) if !is_object(&other) => Shape::Any,
            _ => Shape::Object(properties(document, schema, depth)),
        };
    }
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|key| schema[key].as_array()).flatten();
    let mut shapes: Vec<Shape> = alternatives
        .map(|schema| document.resolve(schema))
        .filter(|schema| schema["type"] != "null")
        .map(|schema| shape(document, schema, depth))
        .collect();
    shapes.dedup();
    match (shapes.pop(), shapes.is_empty()) {
        (Some(only), true) => only,
        (None, _) if schema["items"].is_object() => {
            Shape::Array(Box::new(shape(document, &schema["items"], depth)))
        }
        (None, _) if schema["enum"].as_array().is_some_and(|values| values.iter().all(Value::is_string)) => {
            Shape::Text
        }
        _ => Shape::Any,
    }
}

/// The properties of an object and of all its parts. Read-only properties are left out.
fn properties(document: &Document, schema: &Value, depth: usize) -> Vec<Property> {
    let mut found: Vec<Property> = Vec::new();
    let Some(depth) = depth.checked_sub(1) else { return found };
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(properties(document, document.resolve(part), depth));
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if document.resolve(schema)["readOnly"] == true {
            continue;
        }
        found.retain(|other| other.name != *name);
        let shape = shape(document, schema, depth);
        found.push(Property { name: name.clone(), shape, required: false });
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        for property in found.iter_mut().filter(|property| *name == property.name) {
            property.required = true;
        }
    }
    found
}
