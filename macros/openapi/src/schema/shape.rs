//! Converts one schema to a Rust type. Keywords such as `$ref`, `allOf`, `oneOf`, `enum`, and `type` determine the kind
//! of the Rust type.

use serde_json::Value;

use super::keyword::{is_nullable, types};
use super::lowering::{Made, Types};
use super::usage::Mode;
use super::{all_of, keyword};
use crate::model::{DateTy, Ty};
use crate::settings::Dates;

/// The maximum nesting depth of schemas. Schemas that are nested more than 500 levels deep are typed as
/// `serde_json::Value`.
const DEEPEST: usize = 500;

impl Types<'_> {
    pub(super) fn shape(&mut self, schema: &Value, hint: &str, mode: Mode) -> (Made, bool) {
        if self.depth >= DEEPEST {
            self.lose(format!(
                "schemas are nested more than {DEEPEST} levels deep, so the type is any JSON value"
            ));
            return (Made::Ty(Ty::Value), false);
        }
        self.depth += 1;
        let made = self.shape_here(schema, hint, mode);
        self.depth -= 1;
        made
    }

    fn shape_here(&mut self, schema: &Value, hint: &str, mode: Mode) -> (Made, bool) {
        let nullable = is_nullable(schema);
        if let Some(reference) = schema["$ref"].as_str()
            && !keyword::has_constraints_beside(schema, "$ref")
        {
            let lowered = self.lower_reference(reference, mode);
            return (Made::Ty(lowered.ty), lowered.nullable || nullable);
        }
        if schema["$ref"].is_string() || schema["allOf"].is_array() {
            if let Some(only) = all_of::only_part(schema) {
                let (made, inner) = self.shape(only, hint, mode);
                return (made, inner || nullable);
            }
            let merged = self.merge(schema);
            let (made, inner) = self.shape(&merged, hint, mode);
            return (made, inner || nullable);
        }
        if ["oneOf", "anyOf"].iter().any(|key| schema[key].as_array().is_some_and(|list| !list.is_empty())) {
            let (made, inner) = self.shape_union(schema, hint, mode);
            return (made, inner || nullable);
        }
        if schema.get("const").is_some() || schema["enum"].is_array() {
            return (self.shape_enumeration(schema), nullable);
        }
        let made = match types(schema).as_slice() {
            [] => self.shape_untyped(schema, hint, mode),
            [one] => self.shape_typed(one, schema, hint, mode),
            several => {
                let variants: Vec<Value> =
                    several.iter().map(|one| keyword::with_type(schema, one)).collect();
                return (self.shape_variants(&variants, None, hint, mode), nullable);
            }
        };
        (made, nullable)
    }

    fn shape_typed(&mut self, ty: &str, schema: &Value, hint: &str, mode: Mode) -> Made {
        Made::Ty(match ty {
            "string" | "file" => return Made::Ty(self.text(schema)),
            "integer" => keyword::integer(schema),
            "number" => Ty::F64,
            "boolean" => Ty::Bool,
            "array" => return self.shape_list(schema, hint, mode),
            "object" => return self.shape_object(schema, hint, mode),
            other => {
                self.lose(format!(
                    "the schema has the unknown type `{other}`, so its type is any JSON value"
                ));
                Ty::Value
            }
        })
    }

    fn text(&self, schema: &Value) -> Ty {
        match (self.settings.dates, schema["format"].as_str()) {
            (Dates::Jiff, Some("date-time")) => Ty::Date(DateTy::DateTime),
            (Dates::Jiff, Some("date")) => Ty::Date(DateTy::Date),
            _ => Ty::String,
        }
    }

    fn shape_list(&mut self, schema: &Value, hint: &str, mode: Mode) -> Made {
        if schema["prefixItems"].is_array() || schema["items"].is_array() {
            self.lose("each item of the list has its own schema, so the item type is any JSON value");
            return Made::Ty(Ty::List(Box::new(Ty::Value)));
        }
        let item = match &schema["items"] {
            Value::Null => Ty::Value,
            items => self.lower(items, &format!("{hint} Item"), mode).into_ty(),
        };
        Made::Ty(Ty::List(Box::new(item)))
    }

    fn shape_untyped(&mut self, schema: &Value, hint: &str, mode: Mode) -> Made {
        if schema["type"] == "null" {
            return Made::Ty(Ty::Unit);
        }
        let has = |keys: &[&str]| keys.iter().any(|key| schema.get(*key).is_some());
        if has(&["properties", "additionalProperties", "patternProperties"]) {
            return self.shape_object(schema, hint, mode);
        }
        if has(&["items", "prefixItems"]) {
            return self.shape_list(schema, hint, mode);
        }
        if has(&["pattern", "minLength", "maxLength"])
            || schema["format"].as_str().is_some_and(keyword::is_text_format)
        {
            return Made::Ty(self.text(schema));
        }
        Made::Ty(Ty::Value)
    }
}
