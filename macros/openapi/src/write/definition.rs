//! Writes type definitions as Rust source.

use std::fmt::Write;

use super::Writer;
use crate::docs::comment;
use crate::model::{Field, Kind, Tagging, Ty, TypeDef, Variant};
use crate::names::{Scope, written};

/// The maximum number of optional fields in a request struct without a constructor. To create a struct with more
/// optional fields, callers use `default()` or `new(...)`.
const MANY: usize = 5;

const DERIVES: &str = "Clone, Debug, PartialEq, Deserialize, Serialize";

impl Writer<'_> {
    pub(super) fn definition(&self, definition: &TypeDef) -> String {
        let name = &definition.name;
        let mut docs = comment(&definition.docs);
        if definition.deprecated {
            docs += if docs.is_empty() { "/// Deprecated.\n" } else { "///\n/// Deprecated.\n" };
        }
        if !definition.is_used || matches!(definition.kind, Kind::Failure { .. }) {
            docs += "#[allow(dead_code)]\n";
        }
        match &definition.kind {
            Kind::Struct { fields, rest } => docs + &self.structure(definition, fields, rest.as_ref()),
            Kind::Texts { variants, is_open } => docs + &texts(name, variants, *is_open),
            Kind::Union { variants, tagging } => docs + &self.union(name, variants, tagging),
            Kind::Newtype(inner) => {
                let inner = self.ty(inner);
                format!(
                    "{docs}#[derive({DERIVES})]\n#[serde(transparent)]\npub struct {name}(pub {inner});\n"
                )
            }
            Kind::Failure { variants } => docs + &self.failure(name, variants),
        }
    }

    fn structure(&self, definition: &TypeDef, fields: &[Field], rest: Option<&Ty>) -> String {
        let name = &definition.name;
        let is_optional = |field: &&Field| matches!(field.ty, Ty::Optional(_));
        let optional = fields.iter().filter(is_optional).count();
        let required: Vec<&Field> = fields.iter().filter(|field| !is_optional(field)).collect();
        let has_default = definition.is_sent && optional > 0 && required.is_empty();
        let derives =
            if has_default { "Clone, Debug, Default, PartialEq, Deserialize, Serialize" } else { DERIVES };
        let mut out = format!("#[derive({derives})]\npub struct {name} {{\n");
        let mut scope = Scope::default();
        for field in fields {
            scope.take_all(&[&field.name]);
            out += &self.field(field);
        }
        let rest_name = scope.take(&["additional_properties"]);
        if let Some(rest) = rest {
            let _ = write!(
                out,
                "/// Members that the document does not list.\n#[serde(flatten)]\npub {rest_name}: BTreeMap<String, {}>,\n",
                self.ty(rest)
            );
        }
        out += "}\n";
        if definition.is_sent && optional > MANY && !required.is_empty() {
            let params: Vec<String> = required
                .iter()
                .map(|field| format!("{}: {}", written(&field.name), self.ty(&field.ty)))
                .collect();
            let members: Vec<String> = fields
                .iter()
                .map(|field| {
                    if is_optional(&field) {
                        format!("{}: None", written(&field.name))
                    } else {
                        written(&field.name)
                    }
                })
                .chain(rest.map(|_| format!("{rest_name}: BTreeMap::new()")))
                .collect();
            let _ = write!(
                out,
                "impl {name} {{\n/// Creates a value with only the required members.\n#[allow(dead_code, clippy::too_many_arguments)]\n\
                 pub fn new({}) -> Self {{ Self {{ {} }} }}\n}}\n",
                params.join(", "),
                members.join(", ")
            );
        }
        out
    }

    fn field(&self, field: &Field) -> String {
        let mut out = comment(&field.docs);
        if field.deprecated {
            out += if out.is_empty() { "/// Deprecated.\n" } else { "///\n/// Deprecated.\n" };
        }
        let mut words = Vec::new();
        if field.name != field.key {
            words.push(format!("rename = {:?}", field.key));
        }
        if matches!(field.ty, Ty::Optional(_)) && !field.required {
            words.push("default".to_owned());
            words.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            if matches!(&field.ty, Ty::Optional(inner) if matches!(**inner, Ty::Optional(_))) {
                words.push("deserialize_with = \"null_or_value\"".to_owned());
                out += if out.is_empty() { "" } else { "///\n" };
                out += "/// The value `Some(None)` sends `null`.\n";
            }
        }
        if !words.is_empty() {
            let _ = writeln!(out, "#[serde({})]", words.join(", "));
        }
        let _ = writeln!(out, "pub {}: {},", written(&field.name), self.ty(&field.ty));
        out
    }

    fn union(&self, name: &str, variants: &[Variant], tagging: &Tagging) -> String {
        let (derives, attribute) = match tagging {
            Tagging::Internal(member) => (DERIVES, format!("#[serde(tag = {member:?})]\n")),
            Tagging::Untagged => (DERIVES, "#[serde(untagged)]\n".to_owned()),
            Tagging::Member(_) => ("Clone, Debug, PartialEq, Serialize", "#[serde(untagged)]\n".to_owned()),
        };
        let mut out = format!(
            "#[derive({derives})]\n{attribute}#[allow(clippy::large_enum_variant)]\npub enum {name} {{\n"
        );
        for variant in variants {
            if let (Tagging::Internal(_), Some(tag)) = (tagging, variant.tags.first())
                && *tag != variant.name
            {
                let _ = writeln!(out, "#[serde(rename = {tag:?})]");
            }
            let _ = writeln!(out, "{}({}),", variant.name, self.ty(&variant.ty));
        }
        out += "}\n";
        if let Tagging::Member(member) = tagging {
            out += &by_member(name, variants, member);
        }
        out
    }

    fn failure(&self, name: &str, variants: &[(String, Vec<String>, Option<Ty>, String)]) -> String {
        let mut out = format!(
            "#[derive(Debug, afresh::ApiError)]\n#[allow(clippy::large_enum_variant)]\npub enum {name} {{\n"
        );
        for (variant, statuses, body, docs) in variants {
            let body = body.as_ref().map(|body| format!("({})", self.ty(body))).unwrap_or_default();
            let _ = write!(out, "{}#[status({})]\n{variant}{body},\n", comment(docs), statuses.join(", "));
        }
        out += "/// Any other error.\n#[other]\nOther(afresh::Error),\n}\n";
        out
    }
}

fn texts(name: &str, variants: &[(String, String)], is_open: bool) -> String {
    let derives = if is_open {
        "Clone, Debug, PartialEq, Eq, Deserialize, Serialize"
    } else {
        "Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize"
    };
    let mut out = format!("#[derive({derives})]\npub enum {name} {{\n");
    for (variant, text) in variants {
        if variant != text {
            let _ = writeln!(out, "#[serde(rename = {text:?})]");
        }
        let _ = writeln!(out, "{variant},");
    }
    if is_open {
        out += "/// A value that the document does not list.\n#[serde(untagged)]\nOther(String),\n";
    }
    out + "}\n"
}

/// Writes a `Deserialize` impl that selects the variant by its tag property. The variant structs contain the tag
/// property, so serde's own tag support would write the property twice.
fn by_member(name: &str, variants: &[Variant], member: &str) -> String {
    let mut arms = String::new();
    for variant in variants {
        let tags: Vec<String> = variant.tags.iter().map(|tag| format!("{tag:?}")).collect();
        let _ = writeln!(
            arms,
            "Some({}) => serde_json::from_value(value).map(Self::{}),",
            tags.join(" | "),
            variant.name
        );
    }
    let message = format!("no variant of `{name}` has this `{member}`");
    format!(
        "impl<'de> Deserialize<'de> for {name} {{\n\
         fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\n\
         let value = serde_json::Value::deserialize(deserializer)?;\n\
         let variant = match value.get({member:?}).and_then(serde_json::Value::as_str) {{\n{arms}\
         _ => return Err(serde::de::Error::custom({message:?})),\n}};\n\
         variant.map_err(serde::de::Error::custom)\n}}\n}}\n"
    )
}
