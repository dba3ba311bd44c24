//! Converts an operation to a method, or to several if it accepts several kinds of bodies.

use serde_json::Value;

use crate::document::{Document, Site};
use crate::method::{Constant, Method, Param};
use crate::naming::Scope;
use crate::parameter::{self, Parameters};
use crate::path::Template;
use crate::{answer, body, path};

/// What an operation became.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) methods: Vec<Method>,
    /// The parts that could not be declared.
    pub(crate) notes: Vec<String>,
}

/// The methods of an operation. Their names are assigned in `names`.
///
/// # Errors
///
/// If it cannot be declared at all.
pub(crate) fn lower(document: &Document, site: &Site, names: &mut Scope) -> Result<Lowered, String> {
    let params = parameter::list(document, site.item, site.operation);
    let in_path: Vec<&Value> = params.iter().copied().filter(|param| param["in"] == "path").collect();
    let template = path::read(site.path, &in_path)?;

    let request_body = document.resolve(&site.operation["requestBody"]);
    let mut choices: Vec<Option<body::Choice>> =
        body::choices(document, request_body).into_iter().map(Some).collect();
    let mut notes = template.notes.clone();
    if matches!(&*site.verb, "get" | "head") && !choices.is_empty() {
        notes.push(format!("its body: HTTP gives a `{}` none", site.verb.to_uppercase()));
        choices.clear();
    }
    if choices.is_empty() {
        choices.push(None);
    }
    let mut methods: Vec<Method> = Vec::new();
    for choice in &choices {
        let mut made = Parameters {
            document,
            scope: Scope::default(),
            made: Vec::new(),
            notes: Vec::new(),
            docs: Vec::new(),
        };
        let mut constants = add_path(&template, &in_path, &mut made);
        params.iter().for_each(|param| made.add(param));
        constants.extend(choice.iter().flat_map(|choice| choice.add_to(&mut made)));
        drop_doubled(&mut made);
        let answer = answer::read(document, &site.verb, site.operation);
        constants.extend(answer.accept.as_deref().map(|kinds| Constant::header("accept", kinds)));
        let first = methods.first().map(|method| method.name.clone());
        let name = match (first, choice) {
            (Some(first), Some(choice)) => names.take(&[&format!("{first}_as_{}", choice.label)]),
            _ => name(site, names),
        };
        methods.push(Method {
            name,
            docs: docs(site, &made.docs),
            deprecated: site.operation["deprecated"] == true,
            public: is_public(&site.operation["security"]),
            verb: site.verb.clone(),
            path: template.text.clone(),
            constants,
            params: made.made,
            answer: answer.ty,
        });
        if choice.as_ref().map(|choice| choice.label) == choices[0].as_ref().map(|choice| choice.label) {
            notes.extend(made.notes);
            notes.extend(answer.note);
        }
    }
    notes.extend(elsewhere(site).map(|url| format!("its own server, {url}, needs a client of its own")));
    Ok(Lowered { methods, notes })
}

/// The parameters of the path, and of a query in the path.
fn add_path(template: &Template, params: &[&Value], to: &mut Parameters) -> Vec<Constant> {
    for placeholder in &template.placeholders {
        let param = params.iter().find(|param| param["name"] == *placeholder.name);
        let schema = param.map_or(&Value::Null, |param| &param["schema"]);
        let shape = crate::schema::Shape::of(to.document, schema);
        let ty = if shape.is_scalar() { shape.argument() } else { "&str".to_owned() };
        let name = to.scope.take(&[&placeholder.label]);
        let mut made = Param::labelled("path", &placeholder.label, name, ty);
        if made.label.is_none() {
            made.place = None;
        }
        to.made.push(made);
    }
    let mut constants = Vec::new();
    for (name, value) in &template.query {
        let is_placeholder = value.starts_with('{') && value.ends_with('}');
        if is_placeholder {
            let identifier = to.scope.take(&[name]);
            to.made.push(Param::labelled("query", name, identifier, "&str".to_owned()));
        } else {
            constants.push(Constant { place: "query", name: name.clone(), value: value.clone() });
        }
    }
    constants
}

/// A header `cookie` would duplicate the cookies.
fn drop_doubled(to: &mut Parameters) {
    let is_header = |param: &Param| {
        let label = param.label.as_deref().unwrap_or_default();
        param.place == Some("header") && label.eq_ignore_ascii_case("cookie")
    };
    if to.made.iter().any(|param| param.place == Some("cookie")) && to.made.iter().any(is_header) {
        to.made.retain(|param| !is_header(param));
        to.notes.push("the header `cookie`, in addition to cookies".to_owned());
    }
}

fn name(site: &Site, names: &mut Scope) -> String {
    let route = format!("{} {}", site.verb, site.path);
    match site.operation["operationId"].as_str().filter(|id| id.contains(|c: char| c.is_ascii_alphanumeric()))
    {
        Some(id) => names.take(&[id, &format!("{} {id}", site.verb)]),
        None => names.take(&[&route]),
    }
}

/// The operation needs no credential. Without its own setting, that of the document applies.
fn is_public(security: &Value) -> bool {
    security.as_array().is_some_and(|schemes| {
        schemes.iter().all(|scheme| scheme.as_object().is_some_and(serde_json::Map::is_empty))
    })
}

fn elsewhere<'d>(site: &Site<'d>) -> Option<&'d str> {
    let of = |at: &'d Value| at.pointer("/servers/0/url").and_then(Value::as_str);
    of(site.operation).or_else(|| of(site.item))
}

/// The summary, the first paragraph of the description, and facts that the types do not show.
fn docs(site: &Site, arguments: &[String]) -> Vec<String> {
    let text = |key: &str| site.operation[key].as_str().unwrap_or_default();
    let mut docs = vec![one_line(text("summary"))];
    let description = text("description").trim().replace("\r\n", "\n");
    let first = one_line(description.split("\n\n").next().unwrap_or_default());
    if !docs.contains(&first) {
        docs.push(first);
    }
    docs.push(arguments.join(" "));
    docs.extend(elsewhere(site).map(|url| format!("At `{}`.", one_line(url))));
    docs.retain(|paragraph| !paragraph.is_empty());
    docs
}

/// A single line cannot be a list, an example or a heading. Bidirectional control characters are removed, because the compiler rejects
/// them.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text.chars().filter(|letter| !is_direction(*letter)).collect();
    let line = visible.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.trim_start_matches(['#', '-', '*', '+', '>', '`', '/', '!', ' ']).replace("```", "`")
}

fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}')
}
