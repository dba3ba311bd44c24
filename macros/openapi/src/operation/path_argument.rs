//! Generates the method arguments for an operation's path, including a query string in the path.

use serde_json::Value;

use super::parameter::{Form, Parameters};
use super::path::Template;
use crate::model::{Between, Constant, Param, Place, Separator, Ty};
use crate::schema::{Mode, Types};

/// Extends `to` with the arguments for the path and for the path's query string. Returns the constant query parameters.
pub(super) fn add(template: &Template, params: &[&Value], to: &mut Parameters) -> Vec<Constant> {
    for placeholder in &template.placeholders {
        let param = params.iter().find(|param| param["in"] == "path" && param["name"] == *placeholder.name);
        let ty = param.map_or(Ty::String, |param| {
            let hint = format!("{} {}", to.hint, placeholder.label);
            let ty = to.types.lower(&param["schema"], &hint, Mode::Request).ty;
            path_type(to.types, ty, param, &placeholder.name)
        });
        let name = to.scope.take(&[&placeholder.label]);
        let mut made = Param::labelled("path", &placeholder.label, name, Place::Typed(ty), true);
        if made.label.is_none() {
            made.place = None;
        }
        to.made.push(made);
        if let Some(param) = param {
            to.describe(to.made.len() - 1, &param["description"]);
        }
    }
    let mut constants = Vec::new();
    for (name, value) in &template.query {
        let is_placeholder = value.starts_with('{') && value.ends_with('}');
        if is_placeholder {
            to.push("query", name, Ty::String, true);
        } else {
            constants.push(Constant { place: "query", name: name.clone(), value: value.clone() });
        }
    }
    constants
}

/// A list or a flat object is sent as one string in the path.
fn path_type(types: &mut Types, ty: Ty, param: &Value, name: &str) -> Ty {
    let explode = param["explode"] == true;
    let style = param["style"].as_str().unwrap_or("simple");
    let separator = if style == "label" && explode { Separator::Dot } else { Separator::Comma };
    let between = if explode { Between::Equals } else { Between::Separator };
    // An exploded `matrix` parameter repeats its name, as in `;ids=1;ids=2`.
    let is_repeated = style == "matrix" && explode;
    match (types.form(&ty), ty) {
        (Form::Scalar, Ty::Value | Ty::Unit) => Ty::String,
        (Form::Scalar, ty) => ty,
        (Form::List, Ty::List(item)) if !is_repeated => Ty::Separated(separator, item),
        (Form::Struct | Form::Map, ty) if !is_repeated => Ty::Members(separator, between, Box::new(ty)),
        (_, _) => {
            types.lose(format!(
                "path parameter `{name}` is a string that the caller encodes, because the style `{style}` cannot represent values of the parameter's type"
            ));
            Ty::String
        }
    }
}
