//! Rejects methods and generics that a `dyn` trait cannot have.

use crate::api::{Api, Member};
use crate::diag::Diagnostics;
use crate::syntax::{Method, Receiver, mentions};

const MOVE: &str = "move the method to a trait that is not `dyn`";

pub(super) fn check_dyn_trait(api: &Api, diag: &mut Diagnostics) {
    let Some(dyn_type) = &api.dyn_type else { return };
    if api.source.is_generic() {
        let help = "remove the generic parameters of the trait, or remove `dyn`";
        return diag.push_help(dyn_type.at, "a generic trait must not be `dyn`", help);
    }
    for member in &api.members {
        match member {
            // The function `check_refresh` already rejects a generic refresh method in any trait.
            Member::Endpoint(endpoint) if !endpoint.is_refresh() => check_signature(endpoint.source, diag),
            Member::Provided(method) => check_provided(method, diag),
            Member::Endpoint(_) | Member::InvalidProvided(_) | Member::Invalid(_) | Member::Other(_) => {}
        }
    }
}

fn check_signature(method: &Method, diag: &mut Diagnostics) {
    let name = method.name.plain();
    let generic = format!("method `{name}` must not be generic in a `dyn` trait");
    let help = format!("use a concrete type, or {MOVE}");
    if method.is_generic() {
        return diag.push_help(method.generics_at, generic, help);
    }
    let itself = format!("method `{name}` must not mention `Self` in a `dyn` trait");
    for param in &method.inputs.params {
        if mentions(&param.ty, "impl") {
            diag.push_help(param.ty_at, &generic, &help);
        } else if mentions(&param.ty, "Self") {
            diag.push_help(param.ty_at, &itself, &help);
        }
    }
    if let Some(output) = method.output.as_ref().filter(|output| mentions(&output.ty, "Self")) {
        diag.push_help(output.at, &itself, &help);
    } else if mentions(&method.generics.where_clause, "Self") {
        diag.push_help(method.name.at, &itself, MOVE);
    }
}

/// Checks the receiver and the return type of a method with a default body. For a method without a default body, other
/// rules already check the receiver and the return type.
fn check_provided(method: &Method, diag: &mut Diagnostics) {
    let name = method.name.plain();
    if let Some((at, qualifier)) = method.qualifiers.other.as_ref().filter(|_| !method.is_async()) {
        let fact = format!("method `{name}` must not be `{qualifier}` in a `dyn` trait");
        return diag.push_help(*at, fact, MOVE);
    }
    let receiver = match &method.inputs.receiver {
        Receiver::Shared { .. } => None,
        Receiver::Missing => Some((method.inputs.at, String::new())),
        Receiver::Other { at, written, .. } => Some((*at, format!(", not `{written}`"))),
    };
    if let Some((at, instead)) = receiver {
        let fact = format!("method `{name}` must take `&self` in a `dyn` trait{instead}");
        return diag.push_help(at, fact, MOVE);
    }
    if let Some(output) = method.output.as_ref().filter(|output| mentions(&output.ty, "impl")) {
        let fact = format!("method `{name}` of a `dyn` trait must return a named type, not `impl Trait`");
        return diag.push_help(output.at, fact, format_args!("use a concrete type, or {MOVE}"));
    }
    check_signature(method, diag);
}
