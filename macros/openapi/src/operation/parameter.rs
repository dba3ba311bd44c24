//! Converts query, header, and cookie parameters according to their styles.

use serde_json::Value;

use crate::document::Document;
use crate::model::{Between, Kind, Param, Place, Separator, Ty, is_token};
use crate::names::Scope;
use crate::schema::{Mode, Types};

/// The headers that OpenAPI describes with content types and security schemes instead of parameters.
const SAID_ELSEWHERE: &[&str] = &["accept", "content-type", "authorization"];

/// The maximum depth at which the properties of a `deepObject` become separate arguments.
const DEEPEST: usize = 3;

/// The generator examines a type only up to this nesting depth when it chooses how to send values of the type. A limit
/// is necessary because types can contain themselves.
const DEEPEST_FORM: usize = 8;

/// Returns the parameters of an operation and of its path item, without duplicates.
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

/// The parameters converted so far, with the names in use and the doc lines about the parameters.
#[derive(Debug)]
pub(crate) struct Parameters<'t, 'd> {
    pub(crate) types: &'t mut Types<'d>,
    /// The prefix for the names of the operation's types.
    pub(crate) hint: String,
    pub(crate) scope: Scope,
    pub(crate) made: Vec<Param>,
    pub(crate) docs: Vec<String>,
    /// The header that carries the session's credential instead of `Authorization`.
    pub(crate) token_header: Option<String>,
}

impl Parameters<'_, '_> {
    /// Adds a parameter that is not in the path.
    pub(crate) fn add(&mut self, param: &Value) {
        let (name, place) =
            (param["name"].as_str().unwrap_or_default(), param["in"].as_str().unwrap_or_default());
        let before = self.made.len();
        match place {
            "query" if !name.is_empty() => self.add_query(name, param),
            "header" if SAID_ELSEWHERE.contains(&&*name.to_ascii_lowercase()) => {}
            "header" if self.token_header.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)) => {}
            "header" if is_token(name) => self.add_simple("header", name, param),
            "cookie" if is_token(name) => self.add_simple("cookie", name, param),
            "path" => {}
            "querystring" => {
                let identifier = self.scope.take(&[name]);
                let (schema, _) = described(param);
                let ty = self.types.lower(schema, &self.hint_of(name), Mode::Request).ty;
                self.made.push(Param::whole(
                    "query",
                    identifier,
                    Place::Typed(ty),
                    param["required"] == true,
                ));
            }
            _ => self
                .types
                .lose(format!("parameter `{name}` in `{place}` is omitted, because it cannot be sent")),
        }
        if self.made.len() == before + 1 {
            self.describe(before, &param["description"]);
        }
    }

    /// Adds the document's description of the parameter to the method's docs.
    pub(crate) fn describe(&mut self, at: usize, description: &Value) {
        let text = description.as_str().unwrap_or_default();
        let first = text.trim().split("\n\n").next().unwrap_or_default();
        let first = crate::docs::one_line(first);
        if let (Some(param), false) = (self.made.get(at), first.is_empty()) {
            self.docs.push(format!("- `{}`: {first}", param.name));
        }
    }

    fn hint_of(&self, name: &str) -> String {
        format!("{} {name}", self.hint)
    }

    fn lower(&mut self, name: &str, param: &Value) -> (Ty, bool) {
        let (schema, is_described) = described(param);
        let hint = self.hint_of(name);
        (self.types.lower(schema, &hint, Mode::Request).ty, is_described)
    }

    fn add_query(&mut self, name: &str, param: &Value) {
        let style = param["style"].as_str().unwrap_or("form");
        let explode = param["explode"].as_bool().unwrap_or(style == "form");
        let required = param["required"] == true;
        let (ty, is_described) = self.lower(name, param);
        if is_described {
            self.push("query", name, Ty::JsonText(Box::new(ty)), required);
            return;
        }
        match (self.types.form(&ty), style) {
            (Form::Scalar, _) => self.push("query", name, ty, required),
            (Form::List, "deepObject") => self.push_labelled(&format!("{name}[]"), ty, required),
            (Form::List, _) if !explode => {
                let separator = separator_of(style);
                let Ty::List(item) = ty else { return };
                self.push("query", name, Ty::Separated(separator, item), required);
            }
            (Form::List, _) => self.push("query", name, ty, required),
            (Form::Struct | Form::Map | Form::Nested, "deepObject") => {
                self.add_deep(name, &ty, required, DEEPEST);
            }
            (Form::Struct | Form::Map, _) if explode => {
                let identifier = self.scope.take(&[name, &format!("{name} query")]);
                self.made.push(Param::whole("query", identifier, Place::Typed(ty), required));
            }
            (Form::Struct | Form::Map, _) => {
                let members = Ty::Members(separator_of(style), Between::Separator, Box::new(ty));
                self.push("query", name, members, required);
            }
            _ => {
                self.types.lose(format!(
                    "query parameter `{name}` is sent as JSON, because the style `{style}` cannot represent values of the parameter's type"
                ));
                self.push("query", name, Ty::JsonText(Box::new(ty)), required);
            }
        }
    }

    /// Adds a `deepObject` parameter. A flat object becomes one argument; a nested object becomes one argument for each
    /// property.
    fn add_deep(&mut self, name: &str, ty: &Ty, required: bool, depth: usize) {
        match self.types.form(ty) {
            Form::Scalar => return self.push_labelled(name, ty.clone(), required),
            Form::List => return self.push_labelled(&format!("{name}[]"), ty.clone(), required),
            Form::Struct | Form::Map => {
                let identifier = self.scope.take(&[name, &format!("{name} query")]);
                return self.made.push(Param::bracketed(name, identifier, ty.clone(), required));
            }
            Form::Nested => {}
        }
        match self.types.kind(ty) {
            Some(Kind::Struct { fields, .. }) if depth > 0 => {
                for field in fields.clone() {
                    let name = format!("{name}[{}]", field.key);
                    let inner = match field.ty {
                        Ty::Optional(inner) => *inner,
                        other => other,
                    };
                    self.add_deep(&name, &inner, required && field.required, depth - 1);
                }
            }
            Some(Kind::Union { variants, .. }) if depth > 0 => {
                let variants: Vec<Ty> = variants.iter().map(|variant| variant.ty.clone()).collect();
                variants.iter().for_each(|variant| self.add_deep(name, variant, false, depth - 1));
            }
            _ => {
                let identifier = self.scope.take(&[name, &format!("{name} query")]);
                self.docs.push(format!("- `{identifier}`: write each key as `{name}[key]`."));
                let map = Place::Typed(Ty::Map(Box::new(Ty::String)));
                self.made.push(Param::whole("query", identifier, map, required));
            }
        }
    }

    fn push_labelled(&mut self, label: &str, ty: Ty, required: bool) {
        let identifier = self.scope.take(&[label]);
        self.made.push(Param::labelled("query", label, identifier, Place::Typed(ty), required));
    }

    /// Adds a header parameter or a cookie parameter.
    fn add_simple(&mut self, place: &'static str, name: &str, param: &Value) {
        let between = if param["explode"] == true { Between::Equals } else { Between::Separator };
        let (ty, is_described) = self.lower(name, param);
        let ty = match (self.types.form(&ty), ty) {
            (Form::Scalar, ty) if !is_described => ty,
            // A cookie value cannot contain commas or quotes (RFC 6265 §4.1.1).
            (_, _) if place == "cookie" => {
                self.types.lose(format!(
                    "cookie parameter `{name}` is a string that the caller encodes, because a cookie cannot contain values of its type"
                ));
                Ty::String
            }
            (_, ty) if is_described => Ty::JsonText(Box::new(ty)),
            (Form::List, Ty::List(item)) => Ty::Separated(Separator::Comma, item),
            (Form::Struct | Form::Map, ty) => Ty::Members(Separator::Comma, between, Box::new(ty)),
            (_, ty) => {
                self.types
                    .lose(format!("{place} parameter `{name}` is sent as JSON, because its type is nested"));
                Ty::JsonText(Box::new(ty))
            }
        };
        self.push(place, name, ty, param["required"] == true);
    }

    pub(crate) fn push(&mut self, place: &'static str, name: &str, ty: Ty, required: bool) {
        let identifier = self.scope.take(&[name, &format!("{name} {place}")]);
        self.made.push(Param::labelled(place, name, identifier, Place::Typed(ty), required));
    }
}

fn separator_of(style: &str) -> Separator {
    match style {
        "spaceDelimited" => Separator::Space,
        "pipeDelimited" => Separator::Pipe,
        "tabDelimited" => Separator::Tab,
        _ => Separator::Comma,
    }
}

/// Returns the schema of a parameter, and whether the schema comes from `content`. A parameter with `content` is sent
/// as JSON text.
fn described(param: &Value) -> (&Value, bool) {
    let content = param["content"].as_object().and_then(|content| content.iter().next());
    match (param.get("schema"), content) {
        (None, Some((_, media))) => (&media["schema"], true),
        _ => (&param["schema"], false),
    }
}

/// The structure of a value, which determines how the value can be sent in a URL, a form, or a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Scalar,
    /// A list whose items are scalars.
    List,
    /// A struct whose fields are scalars or lists of scalars.
    Struct,
    Map,
    /// A value with more nesting than the other variants of this enum allow.
    Nested,
}

impl Types<'_> {
    pub(crate) fn kind(&self, ty: &Ty) -> Option<&Kind> {
        match ty {
            Ty::Named(id) => self.definition(*id).map(|definition| &definition.kind),
            Ty::Optional(inner) | Ty::Boxed(inner) => self.kind(inner),
            _ => None,
        }
    }

    pub(crate) fn form(&self, ty: &Ty) -> Form {
        self.form_at(ty, DEEPEST_FORM)
    }

    fn form_at(&self, ty: &Ty, depth: usize) -> Form {
        let Some(depth) = depth.checked_sub(1) else { return Form::Nested };
        let form = |ty: &Ty| self.form_at(ty, depth);
        match ty {
            Ty::List(item) if form(item) == Form::Scalar => Form::List,
            Ty::Optional(inner) | Ty::Boxed(inner) => form(inner),
            Ty::List(_) | Ty::Members(..) | Ty::Bracketed(_) => Form::Nested,
            Ty::Map(item) if form(item) == Form::Scalar => Form::Map,
            Ty::Map(_) => Form::Nested,
            Ty::Named(_) => match self.kind(ty) {
                Some(Kind::Struct { fields, rest: None }) => {
                    let is_flat = |ty: &Ty| matches!(form(ty), Form::Scalar | Form::List);
                    if fields.iter().all(|field| is_flat(&field.ty)) { Form::Struct } else { Form::Nested }
                }
                Some(Kind::Texts { .. }) => Form::Scalar,
                Some(Kind::Union { variants, .. }) => {
                    let are_flat =
                        variants.iter().all(|variant| matches!(form(&variant.ty), Form::Scalar | Form::List));
                    if are_flat { Form::Scalar } else { Form::Nested }
                }
                _ => Form::Nested,
            },
            _ => Form::Scalar,
        }
    }
}
