//! Rejects methods and parameters whose names collide.

use crate::api::Endpoint;
use crate::diag::Diagnostics;
use crate::syntax::{Method, Trait, has_serialize_object};

/// The names of all methods of a generated client, including methods from traits that are always in scope. If a trait
/// method had the same name as a client method, calling the trait method on the client would be ambiguous.
const CLIENT_METHODS: &[&str] = &[
    "client",
    "clone",
    "clone_into",
    "into",
    "session",
    "to_owned",
    "try_into",
    "with_header",
    "with_session",
    "with_timeout",
];

pub(super) fn check_method_names(source: &Trait, diag: &mut Diagnostics) {
    let mut seen: Vec<&Method> = Vec::new();
    for method in source.methods() {
        let name = method.name.plain();
        let same = seen.iter().any(|other| other.name.plain() == name && !both_conditional(other, method));
        if same {
            diag.push(method.name.at, format_args!("duplicate method `{name}`"));
        }
        if CLIENT_METHODS.contains(&name.as_str()) {
            let fact = format!("method `{name}` has the same name as a method of every generated client");
            diag.push_help(method.name.at, fact, "rename the method");
        }
        seen.push(method);
    }
}

/// Reports undeclared lifetimes. Without this check, the compiler would report each undeclared lifetime once for each
/// generated item.
pub(super) fn check_lifetimes(endpoint: &Endpoint, source: &Trait, diag: &mut Diagnostics) {
    let method = endpoint.source;
    for (lifetime, at) in method.undeclared_lifetimes(&source.generics) {
        if diag.any_at(at) {
            continue;
        }
        let is_of_result = method.output.as_ref().is_some_and(|output| output.at.is(at));
        let help = if is_of_result {
            "a response cannot be borrowed: return an owned type".to_owned()
        } else {
            format!("leave the lifetime out, or declare it: `{}<{lifetime}>`", endpoint.name())
        };
        diag.push_help(at, format_args!("lifetime `{lifetime}` is not declared"), help);
    }
}

/// Reports each parameter whose type contains `dyn Serialize`. Without this check, the compiler would report
/// `dyn Serialize` once for each generated item.
pub(super) fn check_trait_objects(endpoint: &Endpoint, diag: &mut Diagnostics) {
    for param in endpoint.source.inputs.params.iter().filter(|param| has_serialize_object(&param.ty)) {
        let help = "use a concrete type, write `&impl Serialize`, or use `dyn erased_serde::Serialize`";
        diag.push_help(
            param.ty_at,
            "`dyn Serialize` is not possible, because the trait `Serialize` has generic methods",
            help,
        );
    }
}

pub(super) fn check_parameter_names(endpoint: &Endpoint, diag: &mut Diagnostics) {
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

/// Whether both methods depend on `cfg`. Of two methods that depend on `cfg`, a build might contain only one.
pub(super) fn both_conditional(one: &Method, other: &Method) -> bool {
    one.is_conditional() && other.is_conditional()
}
