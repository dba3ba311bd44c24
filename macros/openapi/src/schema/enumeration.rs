//! Converts `enum` and `const`. If all values of an `enum` are strings, the schema becomes a Rust enum; otherwise, the
//! Rust type is the common JSON type of the values.

use serde_json::Value;

use super::keyword::{self, values};
use super::lowering::{Made, Types};
use crate::model::{Kind, Ty};
use crate::names::Scope;

impl Types<'_> {
    pub(super) fn shape_enumeration(&mut self, schema: &Value) -> Made {
        let values = values(schema);
        let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        if texts.len() == values.len() && !texts.is_empty() {
            return texts_of(&texts, schema["x-extensible-enum"] == true);
        }
        let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
        Made::Ty(if all(|value| value.is_i64() || value.is_u64()) {
            keyword::integer(schema)
        } else if all(Value::is_number) {
            Ty::F64
        } else if all(Value::is_boolean) {
            Ty::Bool
        } else if values.is_empty() {
            Ty::Unit
        } else {
            self.lose("the enumeration mixes value types, so its type is any JSON value");
            Ty::Value
        })
    }
}

pub(super) fn texts_of(texts: &[&str], is_open: bool) -> Made {
    let mut scope = Scope::default();
    if is_open {
        scope.take_all(&["Other"]);
    }
    let mut variants: Vec<(String, String)> = Vec::new();
    for text in texts {
        if !variants.iter().any(|(_, known)| known == text) {
            variants.push((scope.take_variant(text), (*text).to_owned()));
        }
    }
    Made::Definition(Kind::Texts { variants, is_open })
}
