//! Writes traits and methods with `#[afresh::api]` attributes.

use std::fmt::Write;

use super::Writer;
use crate::docs::comment;
use crate::model::{Answer, Kind, Method, Param, Place, Trait, Ty};
use crate::names::written;
use crate::operation::USUAL;
use crate::settings::Role;

/// The HTTP methods for which `afresh` has an attribute.
const ATTRIBUTES: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

impl Writer<'_> {
    pub(super) fn api(&self, api: &Trait) -> String {
        let arguments =
            if api.arguments.is_empty() { String::new() } else { format!("({})", api.arguments.join(", ")) };
        let mut out = comment(&api.docs);
        let _ = write!(
            out,
            "#[afresh::api{arguments}]\n#[header(\"accept\" = {USUAL:?})]\n\
             #[allow(dead_code, clippy::too_many_arguments)]\npub trait {} {{\n",
            api.name
        );
        for method in &api.methods {
            out += &self.method(method);
        }
        out + "}\n"
    }

    fn method(&self, method: &Method) -> String {
        let mut out = comment(&method.docs);
        if method.deprecated {
            out.push_str("#[deprecated]\n");
        }
        out += match method.role {
            Some(Role::Login) => "#[login]\n",
            Some(Role::Refresh) => "#[refresh]\n",
            Some(Role::Logout) => "#[logout]\n",
            None => "",
        };
        if method.public {
            out.push_str("#[public]\n");
        }
        let path = &method.path;
        let _ = match &*method.verb {
            verb if ATTRIBUTES.contains(&verb) => writeln!(out, "#[{verb}({path:?})]"),
            verb => writeln!(out, "#[request({:?}, {path:?})]", verb.to_uppercase()),
        };
        for constant in &method.constants {
            let _ = writeln!(out, "#[{}({:?} = {:?})]", constant.place, constant.name, constant.value);
        }
        for attribute in &method.attributes {
            let _ = writeln!(out, "{attribute}");
        }
        let params = method.params.iter().map(|param| self.param(param));
        let inside: Vec<String> = std::iter::once("&self".to_owned()).chain(params).collect();
        let answer = self.answer(&method.answer);
        let result = match &method.failure {
            Some(failure) => format!("Result<{answer}, {}>", self.ty(failure)),
            None => format!("afresh::Result<{answer}>"),
        };
        let _ = writeln!(out, "async fn {}({}) -> {result};", written(&method.name), inside.join(", "));
        out
    }

    fn param(&self, param: &Param) -> String {
        let attribute = match (param.place, &param.label) {
            (None, _) => String::new(),
            (Some(place), None) => format!("#[{place}] "),
            (Some(place), Some(label)) => format!("#[{place}({label:?})] "),
        };
        let (ty, may_be_empty) = match &param.ty {
            Place::Typed(ty) => (self.argument(ty), matches!(ty, Ty::List(_))),
            Place::Written(ty) => (ty.clone(), ty.starts_with("Vec<")),
            Place::Part { is_list: true, .. } => ("Vec<afresh::Part>".to_owned(), true),
            Place::Part { is_list: false, .. } => ("afresh::Part".to_owned(), false),
        };
        // A list parameter does not need `Option`, because an empty list is not sent.
        let is_optional =
            ty.starts_with("Option<") || param.required || (may_be_empty && param.place != Some("json"));
        let ty = if is_optional { ty } else { format!("Option<{ty}>") };
        format!("{attribute}{}: {ty}", written(&param.name))
    }

    /// Returns the type of a method argument: a reference if the type is not passed by value.
    fn argument(&self, ty: &Ty) -> String {
        match ty {
            Ty::String => "&str".to_owned(),
            Ty::List(item) if **item == Ty::String => "&[&str]".to_owned(),
            Ty::List(item) => format!("&[{}]", self.ty(item)),
            Ty::Optional(inner) => format!("Option<{}>", self.argument(inner)),
            Ty::Named(id) => match self.definitions.get(id).map(|definition| &definition.kind) {
                Some(Kind::Texts { is_open: false, .. }) => self.ty(ty),
                _ => format!("&{}", self.ty(ty)),
            },
            Ty::Separated(..) | Ty::Members(..) | Ty::JsonText(_) | Ty::Bracketed(_) => self.ty(ty),
            ty if ty.is_copy() => self.ty(ty),
            ty => format!("&{}", self.ty(ty)),
        }
    }

    fn answer(&self, answer: &Answer) -> String {
        match answer {
            Answer::Unit => "()".to_owned(),
            Answer::Json(ty) => self.ty(ty),
            Answer::Text => "String".to_owned(),
            Answer::Stream => "afresh::ByteStream".to_owned(),
            Answer::Lines(ty) => format!("afresh::Lines<{}>", self.ty(ty)),
            Answer::Events(ty) => format!("afresh::Events<{}>", self.ty(ty)),
            Answer::Head => "afresh::Reply<()>".to_owned(),
            Answer::Tokens => "afresh::Tokens".to_owned(),
            Answer::Pages(ty) => format!("afresh::Pages<{}>", self.ty(ty)),
            Answer::Items(ty) => format!("afresh::Items<{}>", self.ty(ty)),
        }
    }
}
