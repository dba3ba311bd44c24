//! Derives the body parameters of an operation, with one alternative for each kind of content that the operation
//! accepts.

use serde_json::Value;

use super::media::{self, Kind, Media};
use super::parameter::{Form, Parameters};
use crate::document::Document;
use crate::model::{self, Constant, Field, Param, Place, Ty};
use crate::schema::{Mode, Types, is_binary};
use crate::settings;

/// The kind of request body that one method sends.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'d> {
    /// The suffix of the method name if the operation has several methods.
    pub(crate) label: &'static str,
    group: Group,
    medias: Vec<Media<'d>>,
    required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Json,
    Form,
    Multipart,
    Raw,
}

/// Returns the kinds of body that an operation accepts, with the preferred kind first.
pub(crate) fn choices<'d>(types: &mut Types<'d>, body: &'d Value) -> Vec<Choice<'d>> {
    let required = body["required"] == true;
    let mut choices: Vec<Choice> = Vec::new();
    let document = types.document;
    for media in media::list(document, &body["content"]) {
        let is_typed = choices.first().is_some_and(|choice| choice.group != Group::Raw);
        let (group, label) = match media.kind {
            Kind::Json => (Group::Json, "json"),
            Kind::Form => (Group::Form, "form"),
            Kind::Multipart if !has_properties(types, &media) => (Group::Raw, "raw"),
            Kind::Multipart => (Group::Multipart, "multipart"),
            Kind::Lines | Kind::Text | Kind::Events if is_typed => {
                types.lose(format!(
                    "the method does not send the body as `{}`, only as `{}`",
                    media.name,
                    choices.first().map_or("", Choice::name)
                ));
                continue;
            }
            Kind::Lines | Kind::Events | Kind::Text | Kind::Bytes => (Group::Raw, "raw"),
        };
        match choices.iter_mut().find(|choice| choice.group == group) {
            Some(choice) => choice.medias.push(media),
            None => choices.push(Choice { label, group, medias: vec![media], required }),
        }
    }
    choices
}

/// Returns whether a body is optional and has no properties.
pub(crate) fn is_nothing(document: &Document, body: &Value) -> bool {
    let is_empty = |media: &Value| {
        let schema = document.resolve(&media["schema"]);
        let words = schema.as_object().filter(|schema| schema.contains_key("properties"));
        words.is_some_and(|words| {
            words.iter().all(|(word, value)| match &**word {
                "properties" => value.as_object().is_none_or(serde_json::Map::is_empty),
                "type" => value == "object",
                "additionalProperties" => value == false,
                "required" => value.as_array().is_none_or(Vec::is_empty),
                _ => false,
            })
        })
    };
    body["required"] != true
        && body["content"].as_object().into_iter().flatten().all(|(_, media)| is_empty(media))
}

fn has_properties(types: &Types<'_>, media: &Media) -> bool {
    let schema = types.document.resolve(&media.value["schema"]);
    schema["properties"].is_object() || schema["allOf"].is_array()
}

impl Choice<'_> {
    fn name(&self) -> &str {
        self.medias.first().map_or("", |media| media.name)
    }

    /// Adds this body's parameters to `to` and returns the constants that every call sends.
    pub(crate) fn add_to(&self, to: &mut Parameters, own: Option<&settings::Operation>) -> Vec<Constant> {
        match self.group {
            Group::Json => {
                let mut constants = self.add_content_type(to, "application/json");
                constants.extend(self.add_value(to, "json", own));
                constants
            }
            Group::Form => self.add_value(to, "form", own),
            Group::Multipart => {
                self.add_parts(to);
                Vec::new()
            }
            Group::Raw => self.add_raw(to),
        }
    }

    /// Adds the `content-type` header as a constant, or as a parameter if the body can have several content types.
    fn add_content_type(&self, to: &mut Parameters, usual: &str) -> Vec<Constant> {
        let by_itself =
            |media: &Media| media.essence() == usual || (media.is_range() && media.kind == Kind::Json);
        match self.medias.as_slice() {
            [only] if by_itself(only) => Vec::new(),
            [only] if !only.is_range() && !only.essence().starts_with("multipart/") => {
                vec![Constant::header("content-type", only.name)]
            }
            several => {
                let has_usual = several.iter().any(by_itself);
                let identifier = to.scope.take(&["content_type"]);
                let names: Vec<String> = several.iter().map(|media| format!("`{}`", media.name)).collect();
                to.docs.push(format!("- `{identifier}` is one of {}.", names.join(", ")));
                let required = !has_usual && self.required;
                to.made.push(Param::labelled(
                    "header",
                    "content-type",
                    identifier,
                    Place::Typed(Ty::String),
                    required,
                ));
                Vec::new()
            }
        }
    }

    /// Adds one parameter for a JSON or form body. Adds a separate parameter for each field of the body if the settings
    /// name a refresh token field or constant fields.
    fn add_value(
        &self,
        to: &mut Parameters,
        place: &'static str,
        own: Option<&settings::Operation>,
    ) -> Vec<Constant> {
        let Some(media) = self.medias.first() else { return Vec::new() };
        let hint = format!("{} Body", to.hint);
        let lowered = to.types.lower(&media.value["schema"], &hint, Mode::Request);
        let is_empty_form = place == "form" && lowered.ty == Ty::Value;
        let ty = if is_empty_form { Ty::Map(Box::new(Ty::String)) } else { lowered.ty };
        let has_members = own.is_some_and(|own| own.token.is_some() || !own.constants.is_empty());
        if has_members && let Some(fields) = fields(to.types, &ty) {
            return add_members(to, place, &fields, own);
        }
        let ty = match place {
            "form" => form_type(to.types, media, ty),
            _ => ty,
        };
        let identifier = to.scope.take(&["body"]);
        to.made.push(Param::whole(place, identifier, Place::Typed(ty), self.required));
        Vec::new()
    }

    fn add_raw(&self, to: &mut Parameters) -> Vec<Constant> {
        let is_text = self.medias.iter().all(|media| media.kind == Kind::Text);
        let constants = self.add_content_type(to, if is_text { "" } else { "application/octet-stream" });
        let identifier = to.scope.take(&["body"]);
        let ty = if is_text { "String" } else { "afresh::Body" };
        to.made.push(Param::whole("body", identifier, Place::Written(ty.to_owned()), self.required));
        constants
    }

    fn add_parts(&self, to: &mut Parameters) {
        let Some(media) = self.medias.first() else { return };
        let hint = format!("{} Body", to.hint);
        let ty = to.types.lower(&media.value["schema"], &hint, Mode::Request).ty;
        let Some(fields) = fields(to.types, &ty) else {
            let reason = "the multipart body lists no parts, so the caller encodes the body";
            to.types.lose(reason);
            let identifier = to.scope.take(&["body"]);
            to.made.push(Param::whole(
                "body",
                identifier,
                Place::Written("afresh::Body".to_owned()),
                self.required,
            ));
            return;
        };
        for field in fields {
            let identifier = to.scope.take(&[&field.key, &format!("{} part", field.key)]);
            let schema = property(to.types, &media.value["schema"], &field.key);
            let encoding = &media.value["encoding"][&field.key];
            let place = part_type(to.types, &schema, encoding, &field.ty);
            let is_json = matches!(place, Place::Part { .. });
            let required = self.required && field.required;
            to.made.push(Param::labelled("part", &field.key, identifier.clone(), place, required));
            let kind = encoding["contentType"].as_str();
            let written = match kind {
                Some(kind) => format!("- `{identifier}` is sent as `{}`.", crate::docs::one_line(kind)),
                None if is_json => {
                    let of =
                        to.types.name_of(&field.ty).map(|name| format!(" of `{name}`")).unwrap_or_default();
                    format!("- The caller makes `{identifier}` with `afresh::Part::json`{of}.")
                }
                None => continue,
            };
            to.docs.push(written);
        }
    }
}

/// Returns the schema of a property after resolving references and `allOf`.
fn property(types: &mut Types<'_>, schema: &Value, key: &str) -> Value {
    let schema = types.document.resolve(schema);
    if schema["allOf"].is_array() {
        types.merge(schema)["properties"][key].clone()
    } else {
        schema["properties"][key].clone()
    }
}

fn is_file(types: &Types<'_>, schema: &Value) -> bool {
    let schema = types.document.resolve(schema);
    is_binary(schema) || is_binary(types.document.resolve(&schema["items"]))
}

fn part_type(types: &Types<'_>, schema: &Value, encoding: &Value, ty: &Ty) -> Place {
    let ty = match ty {
        Ty::Optional(inner) => inner,
        other => other,
    };
    let has_type = encoding["contentType"].is_string() || encoding["headers"].is_object();
    let is_file = is_file(types, schema);
    let is_list = matches!(ty, Ty::List(_));
    match types.form(ty) {
        Form::Scalar if !has_type && !is_file && *ty != Ty::Value => Place::Typed(ty.clone()),
        Form::List if !has_type && !is_file => Place::Typed(ty.clone()),
        _ if !is_file => {
            let of = match ty {
                Ty::List(item) => (**item).clone(),
                other => other.clone(),
            };
            Place::Part { of, is_list }
        }
        _ if is_list => Place::Written("Vec<afresh::Part>".to_owned()),
        _ => Place::Written("afresh::Part".to_owned()),
    }
}

fn fields(types: &Types<'_>, ty: &Ty) -> Option<Vec<Field>> {
    match types.kind(ty)? {
        model::Kind::Struct { fields, .. } => Some(fields.clone()),
        _ => None,
    }
}

fn add_members(
    to: &mut Parameters,
    place: &'static str,
    fields: &[Field],
    own: Option<&settings::Operation>,
) -> Vec<Constant> {
    let mut constants = Vec::new();
    for field in fields {
        if let Some(value) = own.and_then(|own| own.constants.get(&field.key)) {
            constants.push(Constant { place, name: field.key.clone(), value: value.clone() });
            continue;
        }
        let identifier = to.scope.take(&[&field.key, &format!("{} field", field.key)]);
        let is_token = own.is_some_and(|own| own.token.as_deref() == Some(&*field.key));
        let (ty, required) = match &field.ty {
            _ if is_token => (Place::Written("afresh::RefreshToken".to_owned()), true),
            Ty::Optional(inner) => (Place::Typed((**inner).clone()), false),
            other => (Place::Typed(other.clone()), field.required),
        };
        to.made.push(Param::labelled(place, &field.key, identifier, ty, required));
    }
    constants
}

/// A form with nested values uses brackets, as in the `deepObject` style.
fn form_type(types: &mut Types<'_>, media: &Media, ty: Ty) -> Ty {
    match types.form(&ty) {
        Form::Struct | Form::Map => ty,
        _ => {
            let encodings = media.value["encoding"].as_object().into_iter().flatten();
            let has_brackets = encodings.into_iter().any(|(_, encoding)| encoding["style"] == "deepObject");
            if !has_brackets {
                types.lose("the form has nested values without `style: deepObject`: the client sends them as `name[member]`");
            }
            Ty::Bracketed(Box::new(ty))
        }
    }
}
