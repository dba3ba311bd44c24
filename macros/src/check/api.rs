//! The list of rules, in the order in which they are applied.

use super::{conflicts, content, dyn_trait, names, path, role};
use crate::api::Api;
use crate::diag::Diagnostics;

/// Applies every rule to the API.
pub(crate) fn check_api(api: &Api, diag: &mut Diagnostics) {
    names::check_method_names(api.source, diag);
    role::check_roles(api, diag);
    dyn_trait::check_dyn_trait(api, diag);
    for endpoint in api.endpoints() {
        names::check_parameter_names(endpoint, diag);
        conflicts::check_rules(endpoint, diag);
        role::check_refresh(endpoint, api.source.is_generic(), diag);
        role::check_bearer(endpoint, diag);
        path::check_path(endpoint, diag);
        content::check_headers(endpoint, diag);
        content::check_cookies(endpoint, diag);
        content::check_body(endpoint, diag);
    }
}
