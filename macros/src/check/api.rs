//! Lists the rules for an API in the order in which they are applied.

use super::{conflicts, content, dyn_trait, headers, names, path, role, statuses};
use crate::api::Api;
use crate::diag::Diagnostics;

pub(crate) fn check_api(api: &Api, diag: &mut Diagnostics) {
    names::check_method_names(api.source, diag);
    role::check_roles(api, diag);
    headers::check_token_header(api, diag);
    path::check_prefix(api, diag);
    role::check_session_ends(api, diag);
    statuses::check_trait_refresh_on(api, diag);
    dyn_trait::check_dyn_trait(api, diag);
    for endpoint in api.endpoints() {
        names::check_parameter_names(endpoint, diag);
        names::check_trait_objects(endpoint, diag);
        names::check_lifetimes(endpoint, api.source, diag);
        conflicts::check_rules(endpoint, diag);
        statuses::check_refresh_on(api, endpoint, diag);
        role::check_refresh(endpoint, api.source.is_generic(), diag);
        role::check_bearer(endpoint, diag);
        path::check_path(api, endpoint, diag);
        headers::check_headers(api, endpoint, diag);
        headers::check_idempotency_key(api, endpoint, diag);
        content::check_query(endpoint, diag);
        content::check_cookies(endpoint, diag);
        content::check_body(endpoint, diag);
    }
}
