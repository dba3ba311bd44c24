//! Rejects a role that another method already has, and a role on a method that cannot have that role.

use super::names::both_conditional;
use crate::api::{Api, Endpoint};
use crate::diag::Diagnostics;
use crate::model::{ParamKind, Role};
use crate::syntax::{Method, mentions};

pub(super) fn check_roles(api: &Api, diag: &mut Diagnostics) {
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

/// Rejects a generic refresh method: the runtime calls the method, so no caller can choose its type parameters.
pub(super) fn check_refresh(endpoint: &Endpoint, in_generic_trait: bool, diag: &mut Diagnostics) {
    let Some(role) = endpoint.role().filter(|role| role.value == Role::Refresh) else {
        return;
    };
    let source = endpoint.source;
    if in_generic_trait {
        let help = "declare the method in a separate trait that is not generic, and let the clients of both traits share a session";
        diag.push_help(role.at, "a generic trait must not have a `refresh` method", help);
    }
    let fact = format!("method `{}` must not be generic", endpoint.name());
    let help = "the runtime calls this method with values from the session: use a concrete type";
    if !source.generics.params.is_empty() {
        return diag.push_help(source.generics_at, fact, help);
    }
    for param in source.inputs.params.iter().filter(|param| mentions(&param.ty, "impl")) {
        diag.push_help(param.ty_at, &fact, help);
    }
}

/// Rejects `session_ends_on` and `session_ends_when` in a trait without a refresh method, because both arguments apply
/// only to refresh responses.
pub(super) fn check_session_ends(api: &Api, diag: &mut Diagnostics) {
    // An invalid method might be the trait's refresh method.
    if api.endpoints().any(Endpoint::is_refresh) || api.endpoints().any(|endpoint| endpoint.verb.is_none()) {
        return;
    }
    let on = api.session_ends_on.as_ref().map(|found| ("session_ends_on", found.at));
    let when = api.session_ends_when.as_ref().map(|found| ("session_ends_when", found.at));
    for (name, at) in on.into_iter().chain(when) {
        let fact = format!("argument `{name}` has no effect in a trait without a `#[refresh]` method");
        let help = "move the argument to the trait with the `#[refresh]` method, or call the builder's function of the same name";
        diag.push_help(at, fact, help);
    }
}

pub(super) fn check_bearer(endpoint: &Endpoint, diag: &mut Diagnostics) {
    for param in endpoint.params.iter().filter(|param| param.kind == Some(ParamKind::Bearer)) {
        if let Some(at) = param.place.filter(|_| !endpoint.is_filled()) {
            let fact =
                "the `bearer` attribute applies to parameters of `#[refresh]` and `#[logout]` methods only";
            diag.push_help(at, fact, "the runtime attaches the access token to all other calls");
        }
    }
}
