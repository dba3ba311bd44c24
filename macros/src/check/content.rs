//! Rejects a second body, a body where none is allowed, and duplicate headers and cookies.

use crate::api::Endpoint;
use crate::diag::{Diagnostics, Location};
use crate::model::{Content, ParamKind};

/// Reports a header that a method sets twice, including a header that another attribute sets implicitly.
pub(super) fn check_headers(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let constants =
        endpoint.constants.iter().filter_map(|constant| Some((constant.value.header()?, constant.at, false)));
    let params = endpoint.params.iter().filter_map(|param| {
        let name = param.kind.as_ref()?.header()?;
        Some((name, param.place?, param.source.is_conditional()))
    });
    let mut seen: Vec<(&str, bool)> = Vec::new();
    for (name, at, conditional) in constants.chain(params) {
        if let Some(help) = generated_from(endpoint, name) {
            diag.push_help(at, format_args!("duplicate header `{name}`"), help);
        } else if seen
            .iter()
            .any(|(other, other_conditional)| *other == name && !(conditional && *other_conditional))
        {
            diag.push(at, format_args!("duplicate header `{name}`"));
        }
        seen.push((name, conditional));
    }
}

/// The reason why the method cannot set this header: another attribute already produces it.
fn generated_from(endpoint: &Endpoint, header: &str) -> Option<&'static str> {
    let has_cookies = || endpoint.params.iter().any(|param| matches!(param.kind, Some(ParamKind::Cookie(_))));
    match header {
        "content-type" if endpoint.is_multipart() => {
            Some("a multipart body sets this header itself, with the boundary between its parts")
        }
        "cookie" if has_cookies() => Some("use `#[cookie]` for each cookie"),
        _ => None,
    }
}

/// Reports a cookie that a method sets twice.
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

/// One piece of the body, the place where it is written, and whether it depends on `cfg`.
struct Part<'m> {
    content: Content<'m>,
    at: Location,
    conditional: bool,
}

/// Reports a body in a request that cannot have one, and pieces that cannot form one body.
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
        if against.iter().any(|other| !part.content.goes_with(&other.content)) {
            diag.push_help(part.at, "duplicate body", "a request has at most one body");
        } else if against.iter().any(|other| part.content == other.content) {
            if let Content::JsonMember(name) = part.content {
                diag.push(part.at, format_args!("duplicate member `{name}` of the JSON body"));
            }
        }
        earlier.push(part);
    }
}

fn parts<'m>(endpoint: &'m Endpoint) -> Vec<Part<'m>> {
    let constants = endpoint.constants.iter().filter_map(|constant| {
        Some(Part { content: constant.value.content()?, at: constant.at, conditional: false })
    });
    let params = endpoint.params.iter().filter_map(|param| {
        let content = param.kind.as_ref()?.content()?;
        Some(Part { content, at: param.place?, conditional: param.source.is_conditional() })
    });
    constants.chain(params).collect()
}
