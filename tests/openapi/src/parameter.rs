//! Parameters in the query, in headers and in cookies.

use serde_json::Value;

use crate::document::Document;
use crate::method::{Param, is_token, optional};
use crate::naming::Scope;
use crate::schema::Shape;

/// Headers that OpenAPI declares elsewhere, as content types and security schemes.
const SAID_ELSEWHERE: &[&str] = &["accept", "content-type", "authorization"];

/// The parameters of an operation, including those of its path, each once.
pub(crate) fn list<'d>(document: &'d Document, item: &'d Value, operation: &'d Value) -> Vec<&'d Value> {
    let all =
        |of: &'d Value| of["parameters"].as_array().into_iter().flatten().map(|one| document.resolve(one));
    let mut list: Vec<&Value> = all(item).collect();
    for own in all(operation) {
        list.retain(|other| !is_same(own, other));
        list.push(own);
    }
    list
}

fn is_same(one: &Value, other: &Value) -> bool {
    let name = |param: &Value| match (param["in"].as_str(), param["name"].as_str()) {
        (Some("header"), Some(name)) => name.to_ascii_lowercase(),
        (_, name) => name.unwrap_or_default().to_owned(),
    };
    one["in"] == other["in"] && name(one) == name(other)
}

/// The parameters under construction: one scope of names, and the parts that could not be declared.
#[derive(Debug)]
pub(crate) struct Parameters<'d> {
    pub(crate) document: &'d Document,
    pub(crate) scope: Scope,
    pub(crate) made: Vec<Param>,
    pub(crate) notes: Vec<String>,
    /// How several values become one text.
    pub(crate) docs: Vec<String>,
}

impl Parameters<'_> {
    /// Adds a parameter that is not in the path.
    pub(crate) fn add(&mut self, param: &Value) {
        let (name, place) =
            (param["name"].as_str().unwrap_or_default(), param["in"].as_str().unwrap_or_default());
        match place {
            "query" if !name.is_empty() => self.add_query(name, param),
            "header" if SAID_ELSEWHERE.contains(&&*name.to_ascii_lowercase()) => {}
            "header" if is_token(name) => self.add_header(name, param),
            "cookie" if is_token(name) => self.add_cookie(name, param),
            "path" => {}
            "querystring" => {
                let identifier = self.scope.take(&[name]);
                self.docs.push(format!("`{identifier}` is the whole query."));
                self.made.push(Param::whole("query", identifier, "&serde_json::Value".to_owned()));
            }
            _ => self.notes.push(format!("`{name}` in `{place}` cannot be sent")),
        }
    }

    fn add_query(&mut self, name: &str, param: &Value) {
        let style = param["style"].as_str().unwrap_or("form");
        let explode = param["explode"].as_bool().unwrap_or(style == "form");
        match self.shape(param) {
            None => self.add_text("query", name, param, "JSON"),
            Some(Shape::Object(properties)) if style == "deepObject" => {
                if properties.is_empty() || properties.iter().any(|property| !property.shape.is_flat()) {
                    let identifier = self.push("query", name, param, "&serde_json::Value".to_owned());
                    self.docs.push(format!("The keys of `{identifier}` are written `{name}[key]`."));
                    return;
                }
                for property in properties {
                    let label = format!("{name}[{}]", property.name);
                    let required = property.required && param["required"] == true;
                    let identifier = self.scope.take(&[&label]);
                    let ty = optional(property.shape.argument(), required);
                    self.made.push(Param::labelled("query", &label, identifier, ty));
                }
            }
            Some(Shape::Array(_) | Shape::Any) if !explode => {
                let between = match style {
                    "spaceDelimited" => "a blank",
                    "pipeDelimited" => "`|`",
                    "tabDelimited" => "a tab",
                    _ => "`,`",
                };
                self.add_text("query", name, param, &format!("values with {between} between them"));
            }
            Some(Shape::Object(_)) if !explode => {
                self.add_text("query", name, param, "names and values with `,` between them");
            }
            Some(shape) => {
                self.push("query", name, param, argument(&shape));
            }
        }
    }

    fn add_header(&mut self, name: &str, param: &Value) {
        match self.shape(param) {
            None => self.add_text("header", name, param, "JSON"),
            Some(Shape::Object(_)) => {
                self.add_text("header", name, param, "names and values with `,` between them");
            }
            Some(shape) => {
                self.push("header", name, param, argument(&shape));
            }
        }
    }

    fn add_cookie(&mut self, name: &str, param: &Value) {
        let explode = param["explode"].as_bool().unwrap_or(true);
        match self.shape(param) {
            None => self.add_text("cookie", name, param, "JSON"),
            Some(Shape::Array(_) | Shape::Object(_)) if !explode => {
                self.add_text("cookie", name, param, "values with `,` between them");
            }
            Some(shape) => {
                self.push("cookie", name, param, argument(&shape));
            }
        }
    }

    /// The shape of a parameter's value. `None` if it is a separate document (`content`).
    fn shape(&self, param: &Value) -> Option<Shape> {
        let is_described = param.get("schema").is_none() && param["content"].is_object();
        (!is_described).then(|| Shape::of(self.document, &param["schema"]))
    }

    fn add_text(&mut self, place: &'static str, name: &str, param: &Value, form: &str) {
        let identifier = self.push(place, name, param, "&str".to_owned());
        self.docs.push(format!("`{identifier}` holds {form}."));
    }

    fn push(&mut self, place: &'static str, name: &str, param: &Value, ty: String) -> String {
        let identifier = self.scope.take(&[name, &format!("{name} {place}")]);
        let ty = optional(ty, param["required"] == true);
        self.made.push(Param::labelled(place, name, identifier.clone(), ty));
        identifier
    }
}

/// A file is useful in a body only. Elsewhere, it is sent as text.
fn argument(shape: &Shape) -> String {
    if *shape == Shape::Binary { "&str".to_owned() } else { shape.argument() }
}
