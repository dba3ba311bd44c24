//! Converts object schemas. An object with listed properties becomes a struct, and any other object becomes a map.

use serde_json::Value;

use super::lowering::{Made, Types};
use super::usage::Mode;
use crate::model::{Field, Kind, Ty};
use crate::names::Scope;

impl Types<'_> {
    pub(super) fn shape_object(&mut self, schema: &Value, hint: &str, mode: Mode) -> Made {
        let rest = self.rest(schema, hint, mode);
        let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
        let Some(properties) = properties else {
            return Made::Ty(Ty::Map(Box::new(rest.unwrap_or(Ty::Value))));
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        for (key, property) in properties {
            if self.is_of_the_other_side(property, mode) || *property == Value::Bool(false) {
                continue;
            }
            let lowered = self.lower(property, &format!("{hint} {key}"), mode);
            let is_required = required.contains(&&**key);
            let nullable = lowered.nullable && !is_required;
            let ty = if is_required { lowered.into_ty() } else { lowered.ty.optional() };
            fields.push(Field {
                name: scope.take(&[key]),
                key: key.clone(),
                ty,
                required: is_required,
                nullable,
                docs: field_docs(property),
                deprecated: property["deprecated"] == true,
            });
        }
        for name in required.into_iter().filter(|name| !properties.contains_key(*name)) {
            self.lose(format!(
                "`required` names `{name}`, but `properties` does not define `{name}`, so its type is any JSON value, and it is optional"
            ));
            fields.push(any_member(name, &mut scope));
        }
        Made::Definition(Kind::Struct { fields, rest })
    }

    /// Returns the type of additional properties if the schema allows additional properties.
    fn rest(&mut self, schema: &Value, hint: &str, mode: Mode) -> Option<Ty> {
        let patterns = schema["patternProperties"].as_object().filter(|patterns| !patterns.is_empty());
        match (&schema["additionalProperties"], patterns) {
            (Value::Object(map), None) if !map.is_empty() => {
                Some(self.lower(&schema["additionalProperties"], &format!("{hint} Value"), mode).into_ty())
            }
            (Value::Null | Value::Bool(false), Some(patterns)) if patterns.len() == 1 => {
                let (_, only) = patterns.iter().next()?;
                Some(self.lower(only, &format!("{hint} Value"), mode).into_ty())
            }
            (_, Some(_)) | (Value::Object(_) | Value::Bool(true), None) => Some(Ty::Value),
            _ => None,
        }
    }

    /// Returns whether a property is absent in the given mode: `readOnly` properties are not sent, and `writeOnly`
    /// properties are not received.
    fn is_of_the_other_side(&self, property: &Value, mode: Mode) -> bool {
        let word = match mode {
            Mode::Request => "readOnly",
            Mode::Answer => "writeOnly",
        };
        property[word] == true || self.document.resolve(property)[word] == true
    }
}

/// Returns an optional field for a required property that has no schema. The field is optional because some documents
/// still list removed properties in `required`.
fn any_member(name: &str, scope: &mut Scope) -> Field {
    Field {
        name: scope.take(&[name]),
        key: name.to_owned(),
        ty: Ty::Value.optional(),
        required: false,
        nullable: false,
        docs: String::new(),
        deprecated: false,
    }
}

/// Returns the docs of a property, without the docs of the property's type.
fn field_docs(property: &Value) -> String {
    let mut docs = property["description"].as_str().unwrap_or_default().to_owned();
    let default = property.get("default").filter(|default| !default.is_null()).map(Value::to_string);
    if let Some(default) = default.filter(|text| text.len() <= 60 && !text.contains('`')) {
        docs += &format!("\n\nDefault: `{default}`.");
    }
    docs
}
