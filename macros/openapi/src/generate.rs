//! The pipeline that turns a document and the user's settings into a Rust file.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, Site};
use crate::error::Error;
use crate::model::{Answer, Method, Place, Trait};
use crate::names::{Scope, type_name};
use crate::operation::{Failures, Security, Work, logins};
use crate::report::Loss;
use crate::schema::{Traffic, Types};
use crate::settings::{Settings, Traits};
use crate::write::Writer;

/// The stack size of the worker thread, in bytes. The generator recurses through schemas, which can be deeply nested.
const STACK: usize = 256 << 20;

/// A generated client, and the parts of the document that the client does not support.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The Rust source of the client, as one module.
    pub source: String,
    /// The parts of the document that the client does not support.
    pub losses: Vec<Loss>,
    /// The dependencies that the user must add to `Cargo.toml`, as text.
    pub needs: Vec<String>,
    /// The name of each named schema, with its Rust type. If requests and responses use different types for a schema,
    /// `schemas` contains only the response type.
    pub schemas: Vec<(String, String)>,
    /// The names of the traits.
    pub traits: Vec<String>,
    /// Each trait method, with the operation that it calls.
    pub routes: Vec<Route>,
    /// The number of operations in the document.
    pub operations: usize,
    /// The number of trait methods. An operation has one trait method for each kind of request body that it accepts.
    pub methods: usize,
    /// The number of types in the client.
    pub types: usize,
}

/// A generated trait method, and the OpenAPI operation that it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The name of the trait.
    pub api: String,
    /// The name of the trait method.
    pub method: String,
    /// The operation, with the path as written in the document, for example `GET /orders/{id}`.
    pub operation: String,
}

/// Generates the client for a document.
///
/// # Errors
///
/// Returns an error if the document has no operations, or if the settings refer to a schema or an operation that is not
/// in the document.
pub fn generate(document: &Document, settings: &Settings) -> Result<Generated, Error> {
    let work = || generate_here(document, settings);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread =
            thread.map_err(|error| Error::new(format!("cannot start the generator thread: {error}")))?;
        thread.join().unwrap_or_else(|_| {
            Err(Error::new("afresh-openapi panicked on this document; this is a bug in afresh-openapi"))
        })
    })
}

fn generate_here(document: &Document, settings: &Settings) -> Result<Generated, Error> {
    check_settings(document, settings)?;
    let security = Security::of(document);
    let mut types = Types::new(document, settings);
    types.lower_named();
    let mut work = Work { types, failures: Failures::default(), security: &security };
    let (traits, operations) = lower_traits(&mut work, document, settings);
    let mut types = work.types;
    if operations == 0 {
        return Err(Error::new("the document has no operations").at("/paths"));
    }
    for key in ["webhooks", "x-webhooks"] {
        if document.root()[key].as_object().is_some_and(|webhooks| !webhooks.is_empty()) {
            types
                .report
                .push(key, "webhooks are requests from the server, so no methods are generated for them");
        }
    }
    let server = server(document);
    let (logins, losses) = logins(document, server.as_deref());
    losses.iter().for_each(|loss| types.report.push("security", loss.clone()));
    let all = || traits.iter().flat_map(|api| &api.methods);
    let definitions = types.finish(&traffic(all()));
    let named = types.named_types();
    let losses = types.report.into_losses();
    let title = format!("{} {}", document.info("title"), document.info("version"));
    let about = format!(
        "{}, written by afresh-openapi {} from {}.",
        crate::docs::one_line(&title),
        env!("CARGO_PKG_VERSION"),
        crate::docs::one_line(&document.file_name())
    );
    let writer = Writer {
        definitions: &definitions,
        traits: &traits,
        logins: &logins,
        function: security.function(),
        about,
        server: server.as_deref(),
        advice: security.advice(),
        losses: &losses,
    };
    let written = writer.write()?;
    let schemas = named.iter().map(|(name, ty)| (name.clone(), writer.ty(ty))).collect();
    Ok(Generated {
        source: written.source,
        needs: written.needs,
        schemas,
        traits: traits.iter().map(|api| api.name.clone()).collect(),
        operations,
        methods: all().count(),
        routes: routes(&traits),
        types: definitions.len(),
        losses,
    })
}

fn routes(traits: &[Trait]) -> Vec<Route> {
    let of = |api: &Trait| {
        let route = |method: &Method| Route {
            api: api.name.clone(),
            method: method.name.clone(),
            operation: method.route.clone(),
        };
        api.methods.iter().map(route).collect::<Vec<_>>()
    };
    traits.iter().flat_map(of).collect()
}

/// Groups the operations into one trait per tag, in document order, or into one trait for all operations.
fn lower_traits<'d>(
    work: &mut Work<'_, 'd>,
    document: &'d Document,
    settings: &Settings,
) -> (Vec<Trait>, usize) {
    let title = settings.name.as_deref().unwrap_or(document.info("title"));
    let mut groups: Vec<(Option<&str>, Vec<Site<'d>>)> = Vec::new();
    let mut operations = 0;
    for site in document.operations() {
        operations += 1;
        let tag = match settings.traits {
            Traits::Tag => site.operation["tags"].get(0).and_then(Value::as_str),
            Traits::One => None,
        };
        match groups.iter_mut().find(|(known, _)| known.map(type_name) == tag.map(type_name)) {
            Some((_, sites)) => sites.push(site),
            None => groups.push((tag, vec![site])),
        }
    }
    let mut traits = Vec::new();
    for (tag, sites) in groups {
        let name =
            trait_name(&mut work.types.scope, tag.unwrap_or(if title.is_empty() { "Api" } else { title }));
        let mut names = Scope::of_methods();
        let methods: Vec<Method> = sites.iter().flat_map(|site| work.lower(site, &mut names)).collect();
        if !methods.is_empty() {
            let docs = trait_docs(document, tag);
            traits.push(Trait { name, docs, arguments: work.security.arguments(), methods });
        }
    }
    (traits, operations)
}

/// Returns a trait name that is unused, both by itself and with the suffix `Client`.
fn trait_name(scope: &mut Scope, wanted: &str) -> String {
    let name = type_name(wanted);
    let numbered = (2..1000).map(|number: usize| format!("{name}Api{number}"));
    let mut names = [name.clone(), format!("{name}Api")].into_iter().chain(numbered);
    names.find(|name| scope.take_all(&[name, &format!("{name}Client")])).unwrap_or(name)
}

fn trait_docs(document: &Document, tag: Option<&str>) -> String {
    let tags = document.root()["tags"].as_array().into_iter().flatten();
    let own = tag.and_then(|tag| tags.into_iter().find(|own| own["name"] == tag));
    let own = own.and_then(|own| own["description"].as_str()).unwrap_or_default();
    match (own, tag) {
        ("", None) => {
            let (title, text) = (document.info("title"), document.info("description"));
            if text.is_empty() { title.to_owned() } else { format!("{title}\n\n{text}") }
        }
        ("", Some(tag)) => format!("{}: {tag}", document.info("title")),
        (text, _) => text.to_owned(),
    }
}

/// Returns the URL of the document's first server, with the URL's variables replaced by their default values.
fn server(document: &Document) -> Option<String> {
    let server = document.root().pointer("/servers/0")?;
    let mut url = server["url"].as_str()?.to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap_or_default());
    }
    let url = url.trim_end_matches('/').to_owned();
    url.contains("://").then_some(url)
}

fn traffic<'m>(methods: impl Iterator<Item = &'m Method>) -> Traffic {
    let mut traffic = Traffic::default();
    for method in methods {
        for param in &method.params {
            match &param.ty {
                Place::Typed(ty) => traffic.sent.push(ty.clone()),
                Place::Part { of, .. } => traffic.by_hand.push(of.clone()),
                Place::Written(_) => {}
            }
        }
        match &method.answer {
            Answer::Json(ty)
            | Answer::Lines(ty)
            | Answer::Events(ty)
            | Answer::Pages(ty)
            | Answer::Items(ty) => traffic.received.push(ty.clone()),
            Answer::Unit | Answer::Text | Answer::Stream | Answer::Head | Answer::Tokens => {}
        }
        traffic.received.extend(method.failure.clone());
    }
    traffic
}

fn check_settings(document: &Document, settings: &Settings) -> Result<(), Error> {
    let schemas: BTreeSet<&str> = document.schemas().map(|(name, _, _)| name).collect();
    for name in settings.rename.keys().chain(settings.types.keys()) {
        if !schemas.contains(&**name) {
            return Err(Error::new(format!(
                "the settings refer to the schema `{name}`, which is not in the document"
            )));
        }
    }
    let mut operations = BTreeSet::new();
    for site in document.operations() {
        operations.extend(site.id().map(str::to_owned));
        operations.insert(site.route());
    }
    for name in settings.operations.keys() {
        if !operations.contains(name) {
            return Err(Error::new(format!(
                "the settings refer to the operation `{name}`, which is not in the document"
            )));
        }
    }
    Ok(())
}
