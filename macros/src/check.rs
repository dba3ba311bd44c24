//! The rules that need two nodes or more. They read the model and never edit it.
//!
//! | rule | where |
//! |---|---|
//! | a trait has each role at most once | here |
//! | names meet neither each other nor those of the generated client | here |
//! | a refresh is called by the runtime, which knows no type parameters | here |
//! | what a method says about the session and its answer does not contradict itself | [`combination`] |
//! | what a pointer to any implementation cannot do is not asked of it | [`dynamic`] |
//! | placeholders and parameters find each other | [`path`] |
//! | a request has one body at most, and not every request has one; headers and cookies are given once | [`content`] |

mod combination;
mod content;
mod dynamic;
mod path;

use crate::diag::Diagnostics;
use crate::model::{Api, Endpoint, ParamKind, Role};
use crate::syntax::{Method, Trait, mentions};

/// Applies all rules to an API.
pub(crate) fn check_api(api: &Api, diag: &mut Diagnostics) {
    check_method_names(api.source, diag);
    check_roles(api, diag);
    dynamic::check_dynamic(api, diag);
    for endpoint in api.endpoints() {
        check_parameter_names(endpoint, diag);
        combination::check_rules(endpoint, diag);
        check_refresh(endpoint, api.source.is_generic(), diag);
        check_bearer(endpoint, diag);
        path::check_path(endpoint, diag);
        content::check_headers(endpoint, diag);
        content::check_cookies(endpoint, diag);
        content::check_body(endpoint, diag);
    }
}

/// The functions of a generated client that take `self`: a method of the same name could not be called on it.
const CLIENT_METHODS: &[&str] = &["client", "session"];

fn check_method_names(source: &Trait, diag: &mut Diagnostics) {
    let mut seen: Vec<&Method> = Vec::new();
    for method in source.methods() {
        let name = method.name.plain();
        let same = seen.iter().any(|other| other.name.plain() == name && !both_conditional(other, method));
        if same {
            diag.push(method.name.at, format_args!("duplicate method `{name}`"));
        }
        if CLIENT_METHODS.contains(&name.as_str()) {
            let fact = format!("method `{name}` has the name of a method that every client has");
            diag.push_help(method.name.at, fact, "give it another name");
        }
        seen.push(method);
    }
}

/// Whether `cfg` may let only one of them exist.
fn both_conditional(one: &Method, other: &Method) -> bool {
    one.is_conditional() && other.is_conditional()
}

fn check_roles(api: &Api, diag: &mut Diagnostics) {
    let mut seen: Vec<(Role, &Method)> = Vec::new();
    for endpoint in api.endpoints() {
        let Some(role) = endpoint.role() else { continue };
        let same = |(other, method): &(Role, &Method)| {
            *other == role.value && !both_conditional(method, endpoint.source)
        };
        if seen.iter().any(same) {
            diag.push(role.at, format_args!("duplicate `{}` role", role.value.name()));
        }
        seen.push((role.value, endpoint.source));
    }
}

fn check_parameter_names(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let mut seen: Vec<(String, bool)> = Vec::new();
    for param in &endpoint.source.inputs.params {
        let Some(name) = param.plain_name() else { continue };
        let conditional = param.is_conditional();
        if seen
            .iter()
            .any(|(other, other_conditional)| *other == name && !(conditional && *other_conditional))
        {
            diag.push(param.at, format_args!("duplicate parameter `{name}`"));
        }
        seen.push((name, conditional));
    }
}

/// A refresh is one plain function that the runtime calls with what the session holds.
fn check_refresh(endpoint: &Endpoint, in_generic_trait: bool, diag: &mut Diagnostics) {
    let Some(role) = endpoint.role().filter(|role| role.value == Role::Refresh) else {
        return;
    };
    let source = endpoint.source;
    if in_generic_trait {
        let help = "declare it in a trait without parameters, and let both clients share a session";
        diag.push_help(role.at, "a generic trait must not have a `refresh` method", help);
    }
    let fact = format!("method `{}` must not be generic", endpoint.name());
    let help = "the runtime calls it with what the session holds: name the type";
    if !source.generics.params.is_empty() {
        return diag.push_help(source.generics_at, fact, help);
    }
    for param in source.inputs.params.iter().filter(|param| mentions(&param.ty, "impl")) {
        diag.push_help(param.ty_at, &fact, help);
    }
}

fn check_bearer(endpoint: &Endpoint, diag: &mut Diagnostics) {
    for param in endpoint.params.iter().filter(|param| param.kind == Some(ParamKind::Bearer)) {
        if let Some(at) = param.place.filter(|_| !endpoint.is_refresh()) {
            let fact = "the `bearer` attribute applies to parameters of a `#[refresh]` method only";
            diag.push_help(at, fact, "the runtime attaches the access token to every other call by itself");
        }
    }
}
