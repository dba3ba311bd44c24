//! Request bodies: one variant for each kind of content that an operation accepts.

use serde_json::Value;

use crate::media::{self, Kind, Media};
use crate::method::{Constant, Param, optional};
use crate::parameter::Parameters;
use crate::schema::{Property, Shape};

/// The content that one method sends.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'d> {
    /// The suffix of the method name, if there are several methods.
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

/// The possible contents of a request body, the best one first.
pub(crate) fn choices<'d>(document: &'d crate::Document, body: &'d Value) -> Vec<Choice<'d>> {
    let required = body["required"] == true;
    let mut choices: Vec<Choice> = Vec::new();
    for media in media::list(document, &body["content"]) {
        let (group, label) = match media.kind {
            Kind::Json => (Group::Json, "json"),
            Kind::Form => (Group::Form, "form"),
            Kind::Multipart if properties(document, &media).is_empty() => (Group::Raw, "raw"),
            Kind::Multipart => (Group::Multipart, "multipart"),
            Kind::Lines | Kind::Events | Kind::Text | Kind::Bytes => (Group::Raw, "raw"),
        };
        match choices.iter_mut().find(|choice| choice.group == group) {
            Some(choice) => choice.medias.push(media),
            None => choices.push(Choice { label, group, medias: vec![media], required }),
        }
    }
    choices
}

fn properties(document: &crate::Document, media: &Media) -> Vec<Property> {
    match Shape::of(document, &media.value["schema"]) {
        Shape::Object(properties) => {
            properties.into_iter().filter(|property| !property.name.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

impl Choice<'_> {
    /// Adds the parameters of this body. Returns the constants.
    pub(crate) fn add_to(&self, to: &mut Parameters) -> Vec<Constant> {
        match self.group {
            Group::Json => {
                let constants = self.add_content_type(to, "application/json");
                self.add_whole(to, "json", "&serde_json::Value");
                constants
            }
            Group::Form => {
                self.add_form(to);
                Vec::new()
            }
            Group::Multipart => {
                self.add_parts(to);
                Vec::new()
            }
            Group::Raw => self.add_raw(to),
        }
    }

    /// Sets the content type: a constant, or a parameter if there are several.
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
                to.docs.push(format!("`{identifier}` is one of {}.", names.join(", ")));
                let ty = optional("&str".to_owned(), !has_usual && self.required);
                to.made.push(Param::labelled("header", "content-type", identifier, ty));
                Vec::new()
            }
        }
    }

    fn add_whole(&self, to: &mut Parameters, place: &'static str, ty: &str) {
        let identifier = to.scope.take(&["body"]);
        to.made.push(Param::whole(place, identifier, optional(ty.to_owned(), self.required)));
    }

    fn add_raw(&self, to: &mut Parameters) -> Vec<Constant> {
        let is_text = self.medias.iter().all(|media| media.kind == Kind::Text);
        let constants = self.add_content_type(to, if is_text { "" } else { "application/octet-stream" });
        self.add_whole(to, "body", if is_text { "String" } else { "afresh::Body" });
        constants
    }

    fn add_form(&self, to: &mut Parameters) {
        let properties: Vec<Property> =
            self.medias.first().map(|media| properties(to.document, media)).unwrap_or_default();
        if properties.is_empty() {
            return self.add_whole(to, "form", "&serde_json::Value");
        }
        for property in properties {
            let identifier = to.scope.take(&[&property.name, &format!("{} field", property.name)]);
            let mut ty = property.shape.argument();
            if !property.shape.is_flat() {
                to.docs.push(format!("`{identifier}` holds JSON."));
                "&str".clone_into(&mut ty);
            }
            let ty = optional(ty, self.required && property.required);
            to.made.push(Param::labelled("form", &property.name, identifier, ty));
        }
    }

    fn add_parts(&self, to: &mut Parameters) {
        let Some(media) = self.medias.first() else { return };
        for property in properties(to.document, media) {
            let identifier = to.scope.take(&[&property.name, &format!("{} part", property.name)]);
            let encoding = &media.value["encoding"][&property.name];
            let has_type = encoding["contentType"].is_string() || encoding["headers"].is_object();
            let ty = match &property.shape {
                shape if shape.is_scalar() && !has_type => shape.argument(),
                Shape::Array(element) if element.is_scalar() && !has_type => property.shape.argument(),
                Shape::Array(_) => "Vec<afresh::Part>".to_owned(),
                _ => "afresh::Part".to_owned(),
            };
            let ty = optional(ty, self.required && property.required);
            to.made.push(Param::labelled("part", &property.name, identifier, ty));
        }
    }
}
