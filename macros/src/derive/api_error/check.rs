//! Checks the rules of `#[derive(ApiError)]` that involve more than one variant of an enum.

use super::model::{ErrorEnum, Settings, Variant};
use crate::diag::Diagnostics;

pub(super) fn check_enum(found: &ErrorEnum, diag: &mut Diagnostics) {
    check_other(found, diag);
    check_reachable(found, diag);
}

/// Reports an enum that also derives `thiserror::Error`, because both derives implement `Display` and `Error`.
pub(super) fn check_thiserror(settings: &Settings, diag: &mut Diagnostics) {
    if let Some(at) = settings.thiserror.filter(|_| !settings.from_only) {
        let fact = "`ApiError` already implements `Error` and `Display`";
        let help = "remove `thiserror::Error`, or keep it and add `#[api_error(from_only)]` to the enum";
        diag.push_help(at, fact, help);
    }
}

fn check_other(found: &ErrorEnum, diag: &mut Diagnostics) {
    let mut others = found.variants.iter().filter_map(|variant| variant.other);
    // A variant without an attribute has already been reported, and might be the missing `#[other]` variant.
    let may_be = found.is_incomplete || found.variants.iter().any(|variant| variant.has_no_attribute);
    if others.next().is_none() && !may_be {
        let fact = format!("enum `{}` has no `#[other]` variant", found.name);
        diag.push_help(found.at, fact, "add `#[other] Other(afresh::Error)`");
    }
    for at in others {
        diag.push(at, "duplicate `#[other]` variant");
    }
}

/// Checks that each status belongs to only one variant. A status such as `404` and its class `4xx` can belong to
/// different variants.
fn check_reachable(found: &ErrorEnum, diag: &mut Diagnostics) {
    for (index, variant) in found.variants.iter().enumerate() {
        for status in &variant.statuses {
            let has_status =
                |other: &&Variant| other.statuses.iter().any(|known| known.value == status.value);
            let mut earlier = found.variants.iter().take(index);
            let Some(preceding) = earlier.find(has_status) else { continue };
            let (value, at) = (status.value, status.at);
            let fact = format!(
                "duplicate status `{value}`: variant `{}` is never selected for this status",
                variant.name
            );
            let help = match &preceding.content {
                None => format!("variant `{}` accepts every response with this status", preceding.name),
                Some(_) => format!(
                    "variant `{}` already has this status: for two kinds of body, use an untagged enum in this variant",
                    preceding.name
                ),
            };
            diag.push_help(at, fact, help);
        }
    }
}
