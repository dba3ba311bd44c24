//! Converts each operation to a trait method, or to several trait methods if the operation accepts several kinds of
//! request body.

mod answer;
mod body;
mod failure;
mod login;
mod media;
mod pages;
mod parameter;
mod path;
mod path_argument;
mod security;

use serde_json::Value;

pub(crate) use self::answer::USUAL;
pub(crate) use self::failure::Failures;
pub(crate) use self::login::{Login, logins};
use self::parameter::Parameters;
use self::path::Template;
pub(crate) use self::security::Security;
use crate::document::Site;
use crate::model::{Answer, Constant, Method, Param, Place, Ty};
use crate::names::Scope;
use crate::schema::Types;
use crate::settings::{self, Role};

/// The state shared by all operations during the conversion.
#[derive(Debug)]
pub(crate) struct Work<'w, 'd> {
    pub(crate) types: Types<'d>,
    pub(crate) failures: Failures,
    pub(crate) security: &'w Security<'d>,
}

impl<'d> Work<'_, 'd> {
    /// Converts an operation to one or more trait methods and reserves the names of these methods in `names`. If the
    /// operation's path is unsupported, this function adds an entry to the report and returns an empty list.
    pub(crate) fn lower(&mut self, site: &Site<'d>, names: &mut Scope) -> Vec<Method> {
        self.types.place = site.route();
        let settings = self.types.settings;
        let own = settings.operation(site.id(), &site.route());
        if own.is_some_and(|own| own.skip) {
            return Vec::new();
        }
        let params = parameter::list(self.types.document, site.item, site.operation);
        let in_path: Vec<&Value> = params.iter().copied().filter(|param| param["in"] == "path").collect();
        let template = match path::read(site.path, &in_path) {
            Ok(template) => template,
            Err(reason) => {
                self.types.lose(format!("{reason}, so no method is generated for the operation"));
                return Vec::new();
            }
        };
        template.notes.iter().for_each(|note| self.types.lose(note.clone()));
        self.report_what_is_left_out(site);

        let document = self.types.document;
        let request_body = document.resolve(&site.operation["requestBody"]);
        let mut choices: Vec<Option<body::Choice>> =
            body::choices(&mut self.types, request_body).into_iter().map(Some).collect();
        if matches!(&*site.verb, "get" | "head") && !choices.is_empty() {
            if !body::is_nothing(document, request_body) {
                self.types.lose(format!(
                    "the method sends no request body, because `{}` requests have no body",
                    site.verb.to_uppercase()
                ));
            }
            choices.clear();
        }
        if choices.is_empty() {
            choices.push(None);
        }
        let hint = own
            .and_then(|own| own.rename.as_deref())
            .or(site.id())
            .map_or_else(|| site.route().to_lowercase(), str::to_owned);
        let shared = self.shared(site, own, &hint);
        let mut methods: Vec<Method> = Vec::new();
        for choice in &choices {
            let name = match (methods.first(), choice) {
                (Some(first), Some(choice)) => names.take(&[&format!("{}_as_{}", first.name, choice.label)]),
                _ => name(site, own, names),
            };
            let method = self.method(site, own, choice.as_ref(), &params, &template, &hint);
            methods.push(Method { name, ..shared.clone().with(method) });
        }
        methods
    }

    /// Returns a method that contains only the parts that all methods of an operation share.
    fn shared(&mut self, site: &Site<'d>, own: Option<&settings::Operation>, hint: &str) -> Method {
        let read = answer::read(&mut self.types, &site.verb, site.operation, hint);
        let role = own.and_then(|own| own.role);
        let mut none_on = own.map(|own| own.none_on.clone()).unwrap_or_default();
        let mut attributes = Vec::new();
        let mut answer = read.answer;
        let pages = self.pages(site, own);
        if matches!(role, Some(Role::Login | Role::Refresh)) {
            answer = Answer::Tokens;
        } else if let (Some(pages), Answer::Json(ty)) = (&pages, &answer) {
            match pages::lower(&mut self.types, pages, ty) {
                Ok(paged) => {
                    attributes.push(paged.attribute);
                    answer = paged.answer;
                }
                Err(reason) => self.types.lose(reason),
            }
        }
        if let Answer::Json(ty) = &answer {
            if none_on.is_empty() && site.verb == "get" && self.is_bare_404(site) {
                none_on.push(404);
            }
            if !none_on.is_empty() {
                let statuses: Vec<String> = none_on.iter().map(u16::to_string).collect();
                attributes.push(format!("#[none_on({})]", statuses.join(", ")));
                answer = Answer::Json(ty.clone().optional());
            }
        } else {
            none_on.clear();
        }
        let failure = self.failures.of(&mut self.types, site.operation, &none_on, hint);
        let need = self.security.need(site.operation);
        need.losses.iter().for_each(|loss| self.types.lose(loss.clone()));
        let public = own.and_then(|own| own.public).unwrap_or(need.public)
            && !matches!(role, Some(Role::Login | Role::Refresh));
        Method {
            name: String::new(),
            route: site.route(),
            docs: docs(site),
            deprecated: site.operation["deprecated"] == true,
            public,
            role,
            verb: site.verb.clone(),
            path: String::new(),
            constants: read
                .accept
                .as_deref()
                .map(|kinds| Constant::header("accept", kinds))
                .into_iter()
                .collect(),
            attributes,
            params: Vec::new(),
            answer,
            failure,
        }
    }

    /// Returns an operation's pagination, as specified by the settings or by the document's extensions.
    fn pages(&mut self, site: &Site, own: Option<&settings::Operation>) -> Option<settings::Pages> {
        own.and_then(|own| own.pages.clone()).or_else(|| {
            pages::of_extensions(site.operation).unwrap_or_else(|reason| {
                self.types.lose(reason);
                None
            })
        })
    }

    /// Returns whether an operation's 404 response has no content. A 404 response without content means that the
    /// resource does not exist.
    fn is_bare_404(&self, site: &Site) -> bool {
        let response = self.types.document.resolve(&site.operation["responses"]["404"]);
        response.is_object() && response["content"].as_object().is_none_or(serde_json::Map::is_empty)
    }

    fn method(
        &mut self,
        site: &Site<'d>,
        own: Option<&settings::Operation>,
        choice: Option<&body::Choice>,
        params: &[&Value],
        template: &Template,
        hint: &str,
    ) -> Sent {
        let need = self.security.need(site.operation);
        let mut made = Parameters {
            types: &mut self.types,
            hint: hint.to_owned(),
            scope: Scope::default(),
            made: Vec::new(),
            docs: Vec::new(),
            token_header: self.security.token_header(),
        };
        let mut constants = path_argument::add(template, params, &mut made);
        params.iter().for_each(|param| made.add(param));
        for (place, key, scheme) in need.keys {
            let is_known = made.made.iter().any(|param| {
                param.place == Some(place)
                    && param.label.as_ref().unwrap_or(&param.name).eq_ignore_ascii_case(&key)
            });
            if !is_known {
                made.push(place, &key, Ty::String, true);
                let name = made.made.last().map(|param| param.name.clone()).unwrap_or_default();
                made.docs
                    .push(format!("- `{name}`: the credential of `{}`.", crate::docs::one_line(&scheme)));
            }
        }
        constants.extend(choice.iter().flat_map(|choice| choice.add_to(&mut made, own)));
        drop_doubled(&mut made);
        if let Some(token) =
            own.filter(|own| own.role == Some(Role::Refresh)).and_then(|own| own.token.as_deref())
        {
            for param in &mut made.made {
                if param.label.as_deref().unwrap_or(&param.name) == token {
                    param.ty = Place::Written("afresh::RefreshToken".to_owned());
                    param.required = true;
                }
            }
        }
        Sent { path: template.text.clone(), docs: made.docs, constants, params: made.made }
    }

    fn report_what_is_left_out(&mut self, site: &Site) {
        if site.operation["callbacks"].as_object().is_some_and(|callbacks| !callbacks.is_empty()) {
            self.types.lose("callbacks are requests from the server, so no methods are generated for them");
        }
        let of = |at: &Value| at.pointer("/servers/0/url").and_then(Value::as_str).map(str::to_owned);
        if let Some(url) = of(site.operation).or_else(|| of(site.item)) {
            let own = self.types.document.root().pointer("/servers/0/url").and_then(Value::as_str);
            if own != Some(&*url) {
                self.types
                    .lose(format!("the operation has its own server `{url}`, which needs a separate client"));
            }
        }
    }
}

/// The parts of a method that depend on the kind of request body.
struct Sent {
    path: String,
    docs: Vec<String>,
    constants: Vec<Constant>,
    params: Vec<Param>,
}

impl Method {
    fn with(mut self, sent: Sent) -> Self {
        self.path = sent.path;
        self.params = sent.params;
        self.constants.splice(0..0, sent.constants);
        if !sent.docs.is_empty() {
            self.docs += "\n\n";
            self.docs += &sent.docs.join("\n");
        }
        self
    }
}

/// Removes a `cookie` header parameter if the operation also has cookie parameters, because the header would otherwise
/// be sent twice.
fn drop_doubled(to: &mut Parameters) {
    let is_header = |param: &Param| {
        let label = param.label.as_deref().unwrap_or_default();
        param.place == Some("header") && label.eq_ignore_ascii_case("cookie")
    };
    if to.made.iter().any(|param| param.place == Some("cookie")) && to.made.iter().any(is_header) {
        to.made.retain(|param| !is_header(param));
        to.types.lose("the header `cookie` is omitted, because the operation has cookie parameters");
    }
}

fn name(site: &Site, own: Option<&settings::Operation>, names: &mut Scope) -> String {
    if let Some(name) = own.and_then(|own| own.rename.as_deref()) {
        return names.take(&[name]);
    }
    let route = format!("{} {}", site.verb, site.path);
    match site.id() {
        Some(id) => names.take(&[id, &format!("{} {id}", site.verb)]),
        None => names.take(&[&route]),
    }
}

/// Returns the summary and the description of an operation as one string.
fn docs(site: &Site) -> String {
    let text = |key: &str| site.operation[key].as_str().unwrap_or_default().trim();
    let (summary, description) = (text("summary"), text("description"));
    if summary.trim_end_matches('.') == description.trim_end_matches('.') {
        return description.to_owned();
    }
    [summary, description].iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join("\n\n")
}
