//! The rules that involve more than one variant.

use super::model::{ErrorEnum, Status, Variant};
use crate::diag::Diagnostics;

/// Applies every rule to the enum.
pub(super) fn check_enum(found: &ErrorEnum, diag: &mut Diagnostics) {
    check_other(found, diag);
    check_reachable(found, diag);
}

/// There must be exactly one `#[other]` variant.
fn check_other(found: &ErrorEnum, diag: &mut Diagnostics) {
    let mut others = found.variants.iter().filter_map(|variant| variant.other);
    // A variant without an attribute has already been reported, and may be the missing one.
    let may_be = found.is_incomplete || found.variants.iter().any(|variant| variant.has_no_attribute);
    if others.next().is_none() && !may_be {
        let fact = format!("enum `{}` has no `#[other]` variant", found.name);
        diag.push_help(found.at, fact, "add `#[other] Other(afresh::Error)`");
    }
    for at in others {
        diag.push(at, "duplicate `#[other]` variant");
    }
}

/// A variant without a body accepts every response with its statuses, so a later variant cannot be reached by them.
fn check_reachable(found: &ErrorEnum, diag: &mut Diagnostics) {
    for (index, variant) in found.variants.iter().enumerate() {
        for status in &variant.statuses {
            let mut earlier = found.variants.iter().take(index);
            let Some(preceding) = earlier.find(|earlier| accepts_every_body(earlier, status.value)) else {
                continue;
            };
            let (status, at) = (status.value, status.at);
            let fact = format!("status `{status}` cannot reach variant `{}`", variant.name);
            let help = format!("variant `{}` accepts every response with this status", preceding.name);
            diag.push_help(at, fact, help);
        }
    }
}

fn accepts_every_body(variant: &Variant, status: Status) -> bool {
    variant.content.is_none() && variant.statuses.iter().any(|other| other.value == status)
}
