//! Checks the rules that apply to the struct as a whole.

use super::model::{Found, Part, Source, TokenStruct};
use crate::diag::Diagnostics;
use crate::names;

pub(super) fn check_struct(found: &TokenStruct, diag: &mut Diagnostics) {
    check_access(found, diag);
    check_duplicates(found, diag);
    check_fields(found, diag);
    check_paths(found, diag);
}

/// Checks that the struct has an access token, which every session needs.
fn check_access(found: &TokenStruct, diag: &mut Diagnostics) {
    let has_access = found.parts.iter().any(|found| matches!(found.part, Part::Access | Part::Nested));
    let (Some(at), false) = (found.at, has_access || found.is_incomplete) else {
        return;
    };
    let fact = format!("struct `{}` has no access token", found.name);
    diag.push_help(at, fact, "put `#[tokens(access)]` on the field that holds the access token");
}

fn check_duplicates(found: &TokenStruct, diag: &mut Diagnostics) {
    for (index, part) in found.parts.iter().enumerate() {
        if found.parts.iter().take(index).any(|earlier| earlier.part == part.part) {
            diag.push(
                part.at,
                format_args!("struct `{}` has more than one `{}`", found.name, part.part.name()),
            );
        }
    }
}

/// Reports each field that is declared as the source of two values, unless these values are the access token and the
/// refresh token.
fn check_fields(found: &TokenStruct, diag: &mut Diagnostics) {
    let field_of = |found: &Found| match &found.source {
        Source::Field(field, _) => Some(field.clone()),
        Source::Path(_) => None,
    };
    let is_token = |part: Part| matches!(part, Part::Access | Part::Refresh);
    for (index, one) in found.parts.iter().enumerate() {
        let Some(field) = field_of(one) else { continue };
        let mut earlier =
            found.parts.iter().take(index).filter(|other| field_of(other).as_ref() == Some(&field));
        let clash =
            earlier.find(|other| other.part != one.part && !(is_token(other.part) && is_token(one.part)));
        if let Some(other) = clash {
            let fact = format!("a field must not be both `{}` and `{}`", other.part.name(), one.part.name());
            diag.push_help(one.at, fact, "put each argument on the field that holds its value");
        }
    }
}

/// Checks that each path begins with an existing field. The compiler checks the rest of the path.
fn check_paths(found: &TokenStruct, diag: &mut Diagnostics) {
    let known: Vec<&str> = found.fields.iter().map(String::as_str).collect();
    for part in &found.parts {
        let Source::Path(path) = &part.source else {
            continue;
        };
        let first = path.members.first().map(|member| match member {
            syn::Member::Named(name) => names::plain(name),
            syn::Member::Unnamed(index) => index.index.to_string(),
        });
        match first {
            Some(first) if !known.contains(&first.as_str()) => {
                diag.push_unknown(path.at, "field", &first, &known);
            }
            _ => {}
        }
    }
}
