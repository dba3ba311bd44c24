//! Converts `oneOf` and `anyOf` to enums. If a union has a discriminator, the discriminator selects the variant.
//! Without a discriminator, decoding uses the first variant that fits, so narrower variants come first. If decoding
//! cannot distinguish the variants, the type is `serde_json::Value`, and the report lists the union.

use serde_json::{Value, json};

use super::all_of::is_about_required_only;
use super::lowering::{Made, Types};
use super::profile::{Profile, word};
use super::profile_of::is_any_text;
use super::usage::Mode;
use super::{enumeration, keyword};
use crate::document::{last_step, schema_name};
use crate::model::{Kind, Tagging, Ty, Variant};
use crate::names::Scope;

impl Types<'_> {
    /// Converts a union, and returns whether `null` is one of its variants.
    pub(super) fn shape_union(&mut self, schema: &Value, hint: &str, mode: Mode) -> (Made, bool) {
        let mut base = schema.clone();
        let mut unions = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let union = base.as_object_mut().and_then(|base| base.shift_remove(key)).unwrap_or_default();
            if union.as_array().is_some_and(|list| !list.is_empty()) && !is_about_required_only(&union) {
                unions.push(union);
            }
        }
        let [union] = unions.as_slice() else {
            if unions.is_empty() {
                return self.shape(&base, hint, mode);
            }
            self.lose("the schema has both `oneOf` and `anyOf`, so its type is any JSON value");
            return (Made::Ty(Ty::Value), false);
        };
        let discriminator = base.as_object_mut().and_then(|base| base.shift_remove("discriminator"));
        let has_base = keyword::has_constraints_beside(&base, "type") && !base["enum"].is_array();
        let all: Vec<&Value> = union.as_array().into_iter().flatten().collect();
        let is_null = |variant: &&Value| {
            let variant = self.document.resolve(variant);
            variant["type"] == "null"
                || variant["enum"] == json!([null])
                || variant.get("const") == Some(&Value::Null)
        };
        let nullable = all.iter().any(is_null);
        let mut variants: Vec<Value> = Vec::new();
        for variant in all.into_iter().filter(|variant| !is_null(variant)) {
            let own = if has_base { json!({ "allOf": [base, variant] }) } else { variant.clone() };
            let is_known = variants.iter().any(|known| known == &own);
            if !is_known {
                variants.push(own);
            }
        }
        if let [only] = variants.as_slice() {
            let (made, inner) = self.shape(only, hint, mode);
            return (made, inner || nullable);
        }
        (self.shape_variants(&variants, discriminator.as_ref(), hint, mode), nullable)
    }

    pub(super) fn shape_variants(
        &mut self,
        variants: &[Value],
        discriminator: Option<&Value>,
        hint: &str,
        mode: Mode,
    ) -> Made {
        if variants.is_empty() {
            return Made::Ty(Ty::Value);
        }
        if let Some(made) = self.shape_texts(variants) {
            return made;
        }
        if let Some((member, tags)) = self.tags(variants, discriminator) {
            return self.shape_tagged(variants, &member, &tags, hint, mode);
        }
        let mut ranked: Vec<(Profile, &Value)> =
            variants.iter().map(|variant| (self.profile(variant), variant)).collect();
        if ranked.iter().any(|(profile, _)| *profile == Profile::Any) {
            return Made::Ty(Ty::Value);
        }
        ranked.sort_by_key(|(profile, _)| profile.rank());
        for (at, (earlier, first)) in ranked.iter().enumerate() {
            let hidden = ranked.iter().skip(at + 1).find(|(later, _)| earlier.hides(later));
            if let Some((_, second)) = hidden {
                let (first, second) = (label(first, variants), label(second, variants));
                self.lose(format!(
                    "{hint}: decoding cannot distinguish {first} from {second}, so the type is any JSON value"
                ));
                return Made::Ty(Ty::Value);
            }
        }
        let mut scope = Scope::default();
        let mut made: Vec<Variant> = Vec::new();
        for (_, variant) in ranked {
            let name = variant_hint(variant);
            let hint =
                format!("{hint} {}", name.clone().unwrap_or_else(|| format!("Variant {}", made.len() + 1)));
            let ty = self.lower(variant, &hint, mode).ty;
            if made.iter().any(|known| known.ty == ty) {
                continue;
            }
            let fallback = format!("Variant {}", made.len() + 1);
            let name = name.or_else(|| word(&ty).map(str::to_owned)).unwrap_or(fallback);
            made.push(Variant { name: scope.take_variant(&name), ty, tags: Vec::new() });
        }
        match made.as_slice() {
            [only] => Made::Ty(only.ty.clone()),
            _ => Made::Definition(Kind::Union { variants: made, tagging: Tagging::Untagged }),
        }
    }

    /// Returns a single enum for a union whose variants are all strings. If a variant accepts any string, the enum has
    /// an additional variant `Other(String)`.
    fn shape_texts(&mut self, variants: &[Value]) -> Option<Made> {
        let mut texts: Vec<String> = Vec::new();
        let mut is_open = false;
        for variant in variants {
            if is_any_text(self.document, variant) {
                is_open = true;
                continue;
            }
            let Profile::Text(Some(own)) = self.profile(variant) else { return None };
            texts.extend(own);
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        (!texts.is_empty()).then(|| enumeration::texts_of(&texts, is_open))
    }

    /// Returns the property that distinguishes the variants of a union, and the property's values for each variant.
    fn tags(
        &mut self,
        variants: &[Value],
        discriminator: Option<&Value>,
    ) -> Option<(String, Vec<Vec<String>>)> {
        if !variants.iter().all(|variant| self.is_object(variant)) {
            return None;
        }
        let member = match discriminator {
            Some(Value::String(member)) => member.clone(),
            Some(discriminator) => discriminator["propertyName"].as_str()?.to_owned(),
            None => return self.constant_member(variants),
        };
        let mapping = discriminator.map_or(&Value::Null, |discriminator| &discriminator["mapping"]);
        let mut tags = Vec::new();
        for variant in variants {
            let reference = reference_of(variant);
            let name =
                reference.map(|reference| schema_name(reference).unwrap_or_else(|| last_step(reference)));
            let mapped = mapping.as_object().into_iter().flatten().filter(|(_, target)| {
                let target = target.as_str().unwrap_or_default();
                let target = target.rsplit('/').next().unwrap_or(target);
                Some(target.trim_end_matches(".json").trim_end_matches(".yaml")) == name.as_deref()
            });
            let mut own: Vec<String> = mapped.map(|(tag, _)| tag.clone()).collect();
            if own.is_empty() {
                own = self.constants(variant, &member).unwrap_or_default();
            }
            if own.is_empty() {
                own.extend(name);
            }
            tags.push(own);
        }
        are_distinct(&tags).then_some((member, tags))
    }

    /// Returns a property that is required and constant in every variant, and can therefore serve as a discriminator.
    fn constant_member(&mut self, variants: &[Value]) -> Option<(String, Vec<Vec<String>>)> {
        let Profile::Object { required, .. } = self.profile(variants.first()?) else { return None };
        required.into_iter().find_map(|member| {
            let tags: Option<Vec<Vec<String>>> =
                variants.iter().map(|variant| self.required_constants(variant, &member)).collect();
            tags.filter(|tags| are_distinct(tags)).map(|tags| (member, tags))
        })
    }

    fn constants(&mut self, variant: &Value, member: &str) -> Option<Vec<String>> {
        match self.profile(variant) {
            Profile::Object { members, .. } => match members.get(member)? {
                Profile::Text(Some(texts)) => Some(texts.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn required_constants(&mut self, variant: &Value, member: &str) -> Option<Vec<String>> {
        let Profile::Object { required, .. } = self.profile(variant) else { return None };
        if required.iter().any(|key| key == member) { self.constants(variant, member) } else { None }
    }

    fn shape_tagged(
        &mut self,
        variants: &[Value],
        member: &str,
        tags: &[Vec<String>],
        hint: &str,
        mode: Mode,
    ) -> Made {
        let mut scope = Scope::default();
        let mut made = Vec::new();
        for (variant, tags) in variants.iter().zip(tags) {
            let tag = tags.first().cloned().unwrap_or_default();
            let name =
                variant_hint(variant).filter(|name| name.len() <= 60 && tags.len() != 1).unwrap_or(tag);
            let ty = self.lower(variant, &format!("{hint} {name}"), mode).ty;
            made.push(Variant { name: scope.take_variant(&name), ty, tags: tags.clone() });
        }
        Made::Definition(Kind::Union { variants: made, tagging: Tagging::Member(member.to_owned()) })
    }
}

fn are_distinct(tags: &[Vec<String>]) -> bool {
    let all: Vec<&String> = tags.iter().flatten().collect();
    let mut unique = all.clone();
    unique.sort_unstable();
    unique.dedup();
    unique.len() == all.len() && tags.iter().all(|own| !own.is_empty())
}

fn reference_of(variant: &Value) -> Option<&str> {
    variant["$ref"].as_str().or_else(|| variant["allOf"].as_array()?.last()?["$ref"].as_str())
}

fn variant_hint(variant: &Value) -> Option<String> {
    if let Some(reference) = reference_of(variant) {
        return Some(schema_name(reference).unwrap_or_else(|| last_step(reference)));
    }
    let title = variant["title"].as_str().filter(|title| title.len() <= 40 && title.is_ascii())?;
    (!title.trim().is_empty()).then(|| title.to_owned())
}

fn label(variant: &Value, all: &[Value]) -> String {
    let at = all.iter().position(|other| other == variant).unwrap_or_default();
    variant_hint(variant).map_or_else(|| format!("variant {}", at + 1), |name| format!("`{name}`"))
}
