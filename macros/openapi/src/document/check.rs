//! Checks that a document has the basic structure on which later steps rely.

use serde_json::Value;

use super::{Document, VERBS};
use crate::error::Error;
use crate::source::escape;

/// Returns an error if the document does not declare a supported version of OpenAPI or Swagger.
pub(super) fn version(root: &Value) -> Result<(), Error> {
    let Some(map) = root.as_object() else {
        return Err(Error::new("the file is not an OpenAPI document").at(""));
    };
    let version = map.get("openapi").or_else(|| map.get("swagger"));
    let text = match version {
        None => {
            let fact = "the file is not an OpenAPI document, because it has neither `openapi` nor `swagger`";
            return Err(Error::new(fact).at(""));
        }
        Some(Value::String(text)) => text.clone(),
        // YAML parses the unquoted version in `swagger: 2.0` as a number.
        Some(other) => other.to_string(),
    };
    let (key, is_known) = if map.contains_key("openapi") {
        ("openapi", text == "3" || text.starts_with("3."))
    } else {
        ("swagger", text == "2" || text.starts_with("2."))
    };
    if is_known {
        return Ok(());
    }
    Err(Error::new(format!("unknown version `{text}`, expected OpenAPI 3.0, 3.1, or 3.2, or Swagger 2.0"))
        .at(format!("/{key}")))
}

pub(super) fn outline(document: &Document) -> Result<(), Error> {
    let root = document.root();
    for key in ["info", "paths", "components", "definitions"] {
        object_or_absent(&root[key], &format!("/{key}"))?;
    }
    for key in ["schemas", "responses", "parameters", "requestBodies", "securitySchemes"] {
        object_or_absent(&root["components"][key], &format!("/components/{key}"))?;
    }
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        if !path.starts_with("x-") {
            path_item(document, item, &format!("/paths/{}", escape(path)))?;
        }
    }
    Ok(())
}

fn path_item(document: &Document, item: &Value, at: &str) -> Result<(), Error> {
    // If a path item is in another file, errors in the path item report the location of the reference to that file.
    let item = document.resolve(item);
    if !item.is_object() {
        return Err(expected("an object", item, at));
    }
    parameters(document, &item["parameters"], &format!("{at}/parameters"))?;
    for verb in VERBS {
        let Some(operation) = item.get(*verb) else { continue };
        let at = format!("{at}/{verb}");
        if !operation.is_object() {
            return Err(expected("an object", operation, &at));
        }
        parameters(document, &operation["parameters"], &format!("{at}/parameters"))?;
        for key in ["requestBody", "responses"] {
            object_or_absent(document.resolve(&operation[key]), &format!("{at}/{key}"))?;
        }
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            if !status.starts_with("x-") {
                object_or_absent(document.resolve(response), &format!("{at}/responses/{}", escape(status)))?;
            }
        }
        for key in ["tags", "security"] {
            if !operation[key].is_null() && !operation[key].is_array() {
                return Err(expected("a list", &operation[key], &format!("{at}/{key}")));
            }
        }
    }
    Ok(())
}

fn parameters(document: &Document, list: &Value, at: &str) -> Result<(), Error> {
    if list.is_null() {
        return Ok(());
    }
    let Some(items) = list.as_array() else { return Err(expected("a list", list, at)) };
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}/{index}");
        let item = document.resolve(item);
        if !item.is_object() {
            return Err(expected("an object", item, &at));
        }
        for key in ["name", "in"] {
            if !item[key].is_string() {
                return Err(Error::new(format!("a parameter must have a `{key}` that is a string")).at(at));
            }
        }
    }
    Ok(())
}

fn object_or_absent(value: &Value, at: &str) -> Result<(), Error> {
    if value.is_null() || value.is_object() { Ok(()) } else { Err(expected("an object", value, at)) }
}

fn expected(what: &str, found: &Value, at: &str) -> Error {
    let kind = match found {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Error::new(format!("expected {what}, found {kind}")).at(at)
}
