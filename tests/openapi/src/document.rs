//! An OpenAPI document, from JSON or YAML, with its references resolved. Swagger 2.0 is converted to OpenAPI 3 here, so that no other file
//! handles it.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::swagger;

/// The operations of a path item, with their HTTP methods.
pub(crate) const VERBS: &[&str] =
    &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// A longer chain of references means an invalid document.
const LONGEST_CHAIN: usize = 32;

/// An OpenAPI document.
#[derive(Debug)]
pub struct Document {
    root: Value,
}

impl Document {
    /// Reads JSON or YAML of OpenAPI 3 or Swagger 2.0.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let root = if text.trim_start().starts_with('{') { from_json(text) } else { from_yaml(text) }?;
        if !root["paths"].is_object() && !root["openapi"].is_string() {
            return Err("it has no `paths`, so it is not an OpenAPI document".to_owned());
        }
        let root = if root.get("swagger").is_some() { swagger::upgrade(root) } else { root };
        Ok(Self { root })
    }

    /// The title and version of the document.
    #[must_use]
    pub fn title(&self) -> (&str, &str) {
        let info = &self.root["info"];
        (info["title"].as_str().unwrap_or_default(), info["version"].as_str().unwrap_or_default())
    }

    /// The URL of the API, if the document has one.
    pub(crate) fn server(&self) -> Option<&str> {
        self.root.pointer("/servers/0/url")?.as_str()
    }

    /// Each operation with its path, its path item and its HTTP method.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Site<'_>> {
        let paths = self.root["paths"].as_object().into_iter().flatten();
        let paths = paths.filter(|(path, _)| !path.starts_with("x-"));
        paths.flat_map(|(path, item)| {
            let item = self.resolve(item);
            let known = VERBS.iter().filter_map(move |verb| Some(((*verb).to_owned(), item.get(*verb)?)));
            let more = item["additionalOperations"].as_object().into_iter().flatten();
            let more = more.map(|(verb, operation)| (verb.clone(), operation));
            known.chain(more).map(move |(verb, operation)| Site { path, item, verb, operation })
        })
    }

    /// The value, or the target of its reference. Null if the target is not in this document.
    pub(crate) fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        follow(&self.root, value)
    }
}

/// An operation and its place.
#[derive(Clone, Debug)]
pub(crate) struct Site<'d> {
    pub(crate) path: &'d str,
    pub(crate) item: &'d Value,
    pub(crate) verb: String,
    pub(crate) operation: &'d Value,
}

/// Follows `$ref` within `root`.
pub(crate) fn follow<'d>(root: &'d Value, value: &'d Value) -> &'d Value {
    const NOWHERE: &Value = &Value::Null;
    let mut value = value;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
        let Some(pointer) = reference.strip_prefix('#') else { return NOWHERE };
        let pointer = percent_decode_str(pointer).decode_utf8_lossy();
        value = root.pointer(&pointer).unwrap_or(NOWHERE);
    }
    NOWHERE
}

fn from_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn from_yaml(text: &str) -> Result<Value, String> {
    let mut yaml: yaml_serde::Value = yaml_serde::from_str(text).map_err(|error| error.to_string())?;
    yaml.apply_merge().map_err(|error| error.to_string())?;
    serde_json::to_value(yaml).map_err(|error| error.to_string())
}
