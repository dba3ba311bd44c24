//! Reads a parameter and its place in the request.

use proc_macro2::TokenTree;

use super::report::{push_arguments, push_hidden, push_misplaced};
use super::value::lower_name;
use crate::api::Param;
use crate::diag::{Diagnostics, Location, invalid};
use crate::model::{ParamKind, is_token};
use crate::syntax::tables::{self, KINDS, Kind, Naming};
use crate::syntax::{Argument, Attribute, Owner, Parameter, Pattern, Style};

/// Returns a parameter together with its place in the request. A parameter without an attribute fills the placeholder
/// with the same name.
pub(super) fn lower_parameter<'s>(source: &'s Parameter, diag: &mut Diagnostics) -> Param<'s> {
    let name = source.plain_name();
    if name.is_none() {
        push_pattern(source, diag);
    }
    let label = name.clone().unwrap_or_default();
    let mut place: Option<Location> = None;
    let mut kind = name.map(ParamKind::Path);
    for attribute in source.attributes.iter().filter(|attribute| !belongs_to_rustc(attribute)) {
        let Some(row) = tables::kind(&attribute.name) else {
            push_foreign(attribute, diag);
            kind = None;
            continue;
        };
        if place.is_some() {
            diag.push(
                attribute.at,
                format_args!("parameter `{label}` has more than one place in the request"),
            );
            // If two attributes set the parameter's place in the request, no place is stored, so that the parameter
            // does not cause further errors.
            kind = None;
            continue;
        }
        place = Some(attribute.at);
        kind = kind.and_then(|_| lower_kind(attribute, row, &label, diag));
    }
    Param { source, place, kind }
}

/// Reports a parameter that is declared with a pattern instead of a name. If the pattern is a server framework's
/// extractor, the help text shows the corresponding parameter attribute.
fn push_pattern(source: &Parameter, diag: &mut Diagnostics) {
    let fact = "parameters of a client method must be plain names";
    let Pattern::Other(tokens) = &source.pattern else { return };
    let mut words = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string().to_lowercase()),
        _ => None,
    });
    let kind = words.find_map(|word| {
        let word = if word == "multipart" { "part" } else { &word };
        KINDS.iter().find(|kind| kind.name == word)
    });
    match kind {
        Some(kind) if kind.name == "path" => {
            diag.push_help(
                source.at,
                fact,
                "give the parameter the name of its placeholder: `id: u64` for `{id}`",
            );
        }
        Some(kind) => {
            diag.push_help(source.at, fact, format_args!("write `#[{}] name: T`", kind.name));
        }
        None => diag.push(source.at, fact),
    }
}

/// Whether the compiler allows this attribute on parameters.
fn belongs_to_rustc(attribute: &Attribute) -> bool {
    let allowed =
        attribute.is_cfg() || attribute.is_lint_level() || attribute.is_doc() || attribute.name == "cfg_attr";
    allowed && attribute.owner == Owner::Foreign
}

fn push_foreign(attribute: &Attribute, diag: &mut Diagnostics) {
    if let Owner::Hidden(name) = &attribute.owner {
        return push_hidden(attribute, name, diag);
    }
    if attribute.owner == Owner::Macro {
        return push_misplaced(attribute, diag);
    }
    let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    diag.push_unknown(attribute.at, "parameter attribute", &attribute.name, &known);
}

fn lower_kind(
    attribute: &Attribute,
    row: &Kind,
    parameter: &str,
    diag: &mut Diagnostics,
) -> Option<ParamKind> {
    if attribute.style == Style::Bare {
        if let Naming::Cookie(make) = row.named {
            return lower_cookie_name(parameter, attribute.at, diag).map(make);
        }
        return Some((row.bare)(parameter.to_owned()));
    }
    if let Naming::None = row.named {
        push_arguments(attribute, diag);
        return None;
    }
    let [Argument::Single(value)] = attribute.arguments.as_slice() else {
        push_form(attribute, attribute.whole, diag);
        return None;
    };
    let Some(name) = value.text() else {
        push_form(attribute, value.at, diag);
        return None;
    };
    match row.named {
        Naming::None => None,
        Naming::Header(make) => lower_name(attribute, name, value.at, true, diag).map(make),
        Naming::Cookie(make) => {
            let name = lower_name(attribute, name, value.at, false, diag)?;
            lower_cookie_name(&name, value.at, diag).map(make)
        }
        Naming::Free(make) => lower_name(attribute, name, value.at, false, diag).map(make),
    }
}

/// Checks that a cookie name is a token (RFC 6265 §4.1.1).
fn lower_cookie_name(name: &str, at: Location, diag: &mut Diagnostics) -> Option<String> {
    if !is_token(name) {
        diag.push(at, invalid("cookie name", name));
        return None;
    }
    Some(name.to_owned())
}

fn push_form(attribute: &Attribute, at: Location, diag: &mut Diagnostics) {
    let name = &attribute.name;
    let fact =
        format!("the `{name}` attribute of a parameter must be written `#[{name}]` or `#[{name}(\"name\")]`");
    diag.push(at, fact);
}
