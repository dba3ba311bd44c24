//! Converts Swagger 2.0 documents to OpenAPI 3. Bodies and forms become request bodies, `collectionFormat` becomes a
//! style, and `consumes` and `produces` become media types. Schema definitions keep their original location in the
//! document.

use serde_json::{Map, Value, json};

use super::{Document, VERBS, follow};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The keys that Swagger 2.0 places in a parameter and OpenAPI 3 places in the parameter's schema.
const OF_THE_SCHEMA: &[&str] = &["type", "format", "items", "enum", "default"];

pub(super) fn upgrade(document: &mut Document) {
    let Some(mut upgraded) = document.values.first().cloned() else { return };
    let (root, all) = (document.root(), &document.values[..]);
    for (_, item) in upgraded["paths"].as_object_mut().into_iter().flatten() {
        if let Some(reference) = item.get("$ref") {
            *item = follow(all, &json!({ "$ref": reference })).clone();
        }
        let shared = take_list(item, "parameters");
        for verb in VERBS {
            if let Some(operation) = item.get_mut(*verb).filter(|operation| operation.is_object()) {
                upgrade_operation(root, all, &shared, operation);
            }
        }
    }
    upgraded["servers"] = json!([{ "url": server(root) }]);
    upgraded["components"] = json!({ "securitySchemes": security_schemes(root) });
    if let Some(slot) = document.values.first_mut() {
        *slot = upgraded;
    }
}

fn security_schemes(root: &Value) -> Value {
    let schemes = root["securityDefinitions"].as_object().into_iter().flatten();
    Value::Object(schemes.map(|(name, scheme)| (name.clone(), security_scheme(scheme))).collect())
}

fn security_scheme(scheme: &Value) -> Value {
    let mut upgraded = scheme.clone();
    match scheme["type"].as_str() {
        Some("basic") => upgraded = json!({ "type": "http", "scheme": "basic" }),
        Some("oauth2") => {
            let flow = match scheme["flow"].as_str() {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some(other) => other,
                None => "authorizationCode",
            };
            upgraded["flows"] = json!({ flow: {
                "authorizationUrl": scheme["authorizationUrl"],
                "tokenUrl": scheme["tokenUrl"],
                "scopes": scheme["scopes"],
            } });
        }
        _ => {}
    }
    upgraded
}

fn server(root: &Value) -> String {
    let scheme = root.pointer("/schemes/0").and_then(Value::as_str).unwrap_or("https");
    let path = root["basePath"].as_str().unwrap_or_default();
    root["host"].as_str().map_or_else(|| path.to_owned(), |host| format!("{scheme}://{host}{path}"))
}

fn upgrade_operation(root: &Value, values: &[Value], shared: &[Value], operation: &mut Value) {
    let own = take_list(operation, "parameters");
    let own: Vec<&Value> = own.iter().map(|parameter| follow(values, parameter)).collect();
    let is_own =
        |other: &Value| own.iter().any(|own| own["name"] == other["name"] && own["in"] == other["in"]);
    let inherited = shared.iter().map(|parameter| follow(values, parameter)).filter(|other| !is_own(other));
    let all: Vec<&Value> = inherited.chain(own.iter().copied()).collect();

    let mut consumes = media_types(root, operation, "consumes");
    if let Some(kinds) = all.iter().find_map(|parameter| content_types(parameter)) {
        consumes = kinds;
    }
    let fields: Vec<&Value> = all.iter().copied().filter(|parameter| parameter["in"] == "formData").collect();
    if let Some(body) = all.iter().find(|parameter| parameter["in"] == "body") {
        operation["requestBody"] = upgrade_body(body, &consumes);
    } else if !fields.is_empty() {
        operation["requestBody"] = upgrade_form(&fields, &consumes);
    }
    let elsewhere = all.iter().filter(|parameter| parameter["in"] != "body" && parameter["in"] != "formData");
    operation["parameters"] = elsewhere.map(|parameter| upgrade_parameter(parameter)).collect();

    let produces = media_types(root, operation, "produces");
    // A response without a schema has no content, unless the operation itself specifies a content type.
    let says_bytes = operation["produces"].is_array() && produces.iter().all(|kind| !kind.ends_with("json"));
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let mut own = follow(values, response).clone();
        match own.get("schema").cloned() {
            Some(schema) => own["content"] = media(&produces, &schema),
            None if status == "200" && says_bytes && own.is_object() => {
                own["content"] = media(&produces, &json!({}));
            }
            None => {}
        }
        *response = own;
    }
}

/// Returns the content types that a parameter lists, if the parameter is a `Content-Type` header. In OpenAPI 3, the
/// content types are the keys of the request body's `content`.
fn content_types(parameter: &Value) -> Option<Vec<String>> {
    let is_header = parameter["in"] == "header";
    if !is_header || !parameter["name"].as_str()?.eq_ignore_ascii_case("content-type") {
        return None;
    }
    let kinds: Vec<String> = parameter["enum"].as_array()?.iter().filter_map(text).collect();
    (!kinds.is_empty()).then_some(kinds)
}

fn media_types(root: &Value, operation: &Value, key: &str) -> Vec<String> {
    let listed = operation.get(key).or(root.get(key)).and_then(Value::as_array);
    let listed: Vec<String> = listed.into_iter().flatten().filter_map(text).collect();
    if listed.is_empty() { vec!["application/json".to_owned()] } else { listed }
}

fn upgrade_body(body: &Value, consumes: &[String]) -> Value {
    json!({ "required": body["required"] == true, "content": media(consumes, &body["schema"]) })
}

fn upgrade_form(fields: &[&Value], consumes: &[String]) -> Value {
    let has_file = fields.iter().any(|field| field["type"] == "file");
    let mut kinds: Vec<String> =
        consumes.iter().filter(|kind| *kind == FORM || *kind == MULTIPART).cloned().collect();
    if has_file {
        kinds = vec![MULTIPART.to_owned()];
    } else if kinds.is_empty() {
        kinds = vec![FORM.to_owned()];
    }
    let properties: Map<String, Value> =
        fields.iter().filter_map(|field| Some((text(&field["name"])?, field_schema(field)))).collect();
    let required: Vec<&Value> =
        fields.iter().filter(|field| field["required"] == true).map(|field| &field["name"]).collect();
    let whole = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "required": true, "content": media(&kinds, &whole) })
}

/// An array is sent as one string, unless `collectionFormat` is `multi`.
fn field_schema(field: &Value) -> Value {
    let is_one = field["type"] == "array" && field["collectionFormat"] != "multi";
    if is_one { json!({ "type": "string" }) } else { schema(field) }
}

fn media(kinds: &[String], schema: &Value) -> Value {
    kinds.iter().map(|kind| (kind.clone(), json!({ "schema": schema }))).collect()
}

fn upgrade_parameter(parameter: &Value) -> Value {
    let mut upgraded = parameter.clone();
    upgraded["schema"] = schema(parameter);
    let (style, explode) = match (parameter["collectionFormat"].as_str(), parameter["type"].as_str()) {
        (Some("multi"), _) => ("form", true),
        (Some("ssv"), _) => ("spaceDelimited", false),
        (Some("tsv"), _) => ("tabDelimited", false),
        (Some("pipes"), _) => ("pipeDelimited", false),
        (_, Some("array")) => ("form", false),
        _ => return upgraded,
    };
    if parameter["in"] == "query" {
        upgraded["style"] = style.into();
        upgraded["explode"] = explode.into();
    }
    upgraded
}

fn schema(parameter: &Value) -> Value {
    let parts =
        OF_THE_SCHEMA.iter().filter_map(|key| Some(((*key).to_owned(), parameter.get(*key)?.clone())));
    Value::Object(parts.collect())
}

fn take_list(of: &mut Value, key: &str) -> Vec<Value> {
    let list = of.as_object_mut().and_then(|of| of.remove(key));
    list.and_then(|list| list.as_array().cloned()).unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
