//! Rejects invalid request bodies, and rejects a cookie or body field that a method sets twice.

use crate::api::Endpoint;
use crate::diag::{Diagnostics, Location};
use crate::model::{Content, ParamKind, Whole};

pub(super) fn check_cookies(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let mut seen: Vec<(&str, bool)> = Vec::new();
    for param in &endpoint.params {
        let (Some(ParamKind::Cookie(name)), Some(at)) = (&param.kind, param.place) else {
            continue;
        };
        let conditional = param.source.is_conditional();
        if seen.iter().any(|(other, other_conditional)| other == name && !(conditional && *other_conditional))
        {
            diag.push(at, format_args!("duplicate cookie `{name}`"));
        }
        seen.push((name, conditional));
    }
}

/// The part of the request body that one parameter or constant sets.
struct Part<'m> {
    content: Content<'m>,
    at: Location,
    conditional: bool,
    is_constant: bool,
}

/// Reports a request body that the HTTP method does not allow, and parameters and constants that cannot form a single
/// body.
pub(super) fn check_body(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let parts = parts(endpoint);
    if let (Some(part), Some(verb)) =
        (parts.first(), endpoint.verb.as_ref().filter(|_| endpoint.forbids_body()))
    {
        let fact = format!("a `{}` request has no body", verb.value);
        return diag.push_help(part.at, fact, "use `#[query]`");
    }
    let mut earlier: Vec<&Part> = Vec::new();
    for part in &parts {
        let against: Vec<&Part> =
            earlier.iter().copied().filter(|other| !(part.conditional && other.conditional)).collect();
        if let Some(other) = against.iter().find(|other| !part.content.goes_with(&other.content)) {
            diag.push_help(part.at, "duplicate body", body_help(&part.content, &other.content));
        } else if against.iter().any(|other| part.content == other.content) {
            push_duplicate(part, &against, diag);
        }
        earlier.push(part);
    }
}

fn body_help(one: &Content, other: &Content) -> &'static str {
    match (one, other) {
        (Content::Whole(Whole::Json), Content::Whole(Whole::Json) | Content::JsonMember(_))
        | (Content::JsonMember(_), Content::Whole(Whole::Json)) => {
            "to send several fields of one JSON body, write `#[json(\"name\")]` on each parameter"
        }
        (Content::Whole(Whole::Form), Content::Whole(Whole::Form) | Content::FormMember(_))
        | (Content::FormMember(_), Content::Whole(Whole::Form)) => {
            "to send several fields of one form, write `#[form(\"name\")]` on each parameter"
        }
        _ => "a request has at most one body",
    }
}

/// Reports a body field that is declared twice. Two parameters for the same form field are valid: the field is sent
/// twice.
fn push_duplicate(part: &Part, against: &[&Part], diag: &mut Diagnostics) {
    match part.content {
        Content::JsonMember(name) => {
            diag.push(part.at, format_args!("duplicate field `{name}` in the JSON body"));
        }
        Content::FormMember(name) if !part.is_constant => {
            let is_constant = against.iter().any(|other| other.is_constant && other.content == part.content);
            if is_constant {
                diag.push(part.at, format_args!("duplicate field `{name}` of the form body"));
            }
        }
        _ => {}
    }
}

/// Reports a query parameter that a constant in the same method already sets.
pub(super) fn check_query(endpoint: &Endpoint, diag: &mut Diagnostics) {
    for param in &endpoint.params {
        let (Some(name), Some(at)) = (param.kind.as_ref().and_then(ParamKind::query), param.place) else {
            continue;
        };
        if endpoint.constants.iter().any(|constant| constant.value.query() == Some(name)) {
            let help = "remove the constant, or give the parameter another name: `#[query(\"name\")]`";
            diag.push_help(at, format_args!("duplicate query parameter `{name}`"), help);
        }
    }
}

fn parts<'m>(endpoint: &'m Endpoint) -> Vec<Part<'m>> {
    let constants = endpoint.constants.iter().filter_map(|constant| {
        Some(Part {
            content: constant.value.content()?,
            at: constant.at,
            conditional: false,
            is_constant: true,
        })
    });
    let params = endpoint.params.iter().filter_map(|param| {
        let content = param.kind.as_ref()?.content()?;
        let conditional = param.source.is_conditional();
        Some(Part { content, at: param.place?, conditional, is_constant: false })
    });
    constants.chain(params).collect()
}
