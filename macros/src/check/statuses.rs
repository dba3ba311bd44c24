//! Rejects statuses in `refresh_on` that have no effect.

use crate::api::{Api, Endpoint};
use crate::diag::{Diagnostics, Location};
use crate::model::Rule;

/// Reports a success status in the trait's `refresh_on` if no condition can refuse a success response.
pub(super) fn check_trait_refresh_on(api: &Api, diag: &mut Diagnostics) {
    let Some(refresh_on) = &api.refresh_on else { return };
    let has_conditions =
        |endpoint: &Endpoint| endpoint.rules.iter().any(|rule| matches!(rule.value, Rule::ExpiredWhen(_)));
    if api.expired_when.is_none() && !api.endpoints().any(has_conditions) {
        push_success(&refresh_on.value, refresh_on.at, diag);
    }
    push_interim(&refresh_on.value, refresh_on.at, diag);
}

pub(super) fn check_refresh_on(api: &Api, endpoint: &Endpoint, diag: &mut Diagnostics) {
    let has_conditions = api.expired_when.is_some()
        || endpoint.rules.iter().any(|rule| matches!(rule.value, Rule::ExpiredWhen(_)));
    for rule in &endpoint.rules {
        let Rule::RefreshOn(statuses) = &rule.value else { continue };
        if !has_conditions {
            push_success(statuses, rule.at, diag);
        }
        push_interim(statuses, rule.at, diag);
    }
}

fn push_success(statuses: &[u16], at: Location, diag: &mut Diagnostics) {
    if let Some(status) = statuses.iter().find(|status| (200..300).contains(*status)) {
        let fact = format!("status `{status}` in `refresh_on` has no effect without `expired_when`");
        let help = "a success response is refused only because of its body: add `expired_when(json(\"/error\") == \"token_expired\")`";
        diag.push_help(at, fact, help);
    }
}

/// Reports a status below 200, because the final response to a call never has a status below 200.
fn push_interim(statuses: &[u16], at: Location, diag: &mut Diagnostics) {
    if let Some(status) = statuses.iter().find(|status| **status < 200) {
        let fact = format!("status `{status}` in `refresh_on` has no effect");
        diag.push_help(at, fact, "the final response to a call never has a status below 200");
    }
}
