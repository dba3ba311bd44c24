//! Matches a path's placeholders with the method's parameters. A misspelled name causes only one error, even though
//! neither the placeholder nor the parameter has a match.

use crate::api::{Api, Endpoint, Param};
use crate::diag::{Diagnostics, similar};
use crate::syntax::tables::{KINDS, list_attributes};

/// Reports placeholders without a parameter, and parameters without a place in the request.
pub(super) fn check_path(api: &Api, endpoint: &Endpoint, diag: &mut Diagnostics) {
    let Some(path) = &endpoint.path else { return };
    check_two_places(endpoint, diag);
    check_one_parameter_each(endpoint, diag);
    let mut unmatched: Vec<(&Param, &str)> =
        endpoint.params.iter().filter_map(|param| Some((param, param.placeholder()?))).collect();
    unmatched.retain(|(_, wanted)| !path.value.has(wanted));
    let fills = |param: &Param, name: &str| param.kind.is_none() || param.placeholder() == Some(name);
    let mut unfilled: Vec<&str> = path.value.placeholders();
    unfilled.retain(|name| !endpoint.params.iter().any(|param| fills(param, name) || has_name(param, name)));

    while let Some((placeholder, param)) = take_pair(&mut unfilled, &mut unmatched) {
        push_pair(endpoint, placeholder, param, diag);
    }
    for name in unfilled.into_iter().filter(|name| !is_of_prefix(api, name)) {
        let fact = format!("path placeholder `{{{name}}}` has no matching parameter");
        diag.push_help(path.at, fact, missing_parameter(name));
    }
    for (param, wanted) in unmatched {
        push_unmatched(endpoint, param, wanted, diag);
    }
}

fn is_of_prefix(api: &Api, placeholder: &str) -> bool {
    api.prefix.as_ref().is_some_and(|prefix| prefix.value.has(placeholder))
}

/// Reports a prefix placeholder once, even if several methods have no parameter for it.
pub(super) fn check_prefix(api: &Api, diag: &mut Diagnostics) {
    let Some(prefix) = &api.prefix else { return };
    for placeholder in prefix.value.placeholders() {
        let lacks = |endpoint: &&Endpoint| {
            endpoint.path.is_some()
                && endpoint.params.iter().all(|param| !may_fill(endpoint, param, placeholder))
        };
        let lacking: Vec<String> =
            api.endpoints().filter(lacks).map(|endpoint| format!("`{}`", endpoint.name())).collect();
        let count = match lacking.len() {
            0 => continue,
            1 => "1 method".to_owned(),
            count => format!("{count} methods"),
        };
        let fact = format!("path placeholder `{{{placeholder}}}` has no matching parameter in {count}");
        let help = format!("{} to {}", missing_parameter(placeholder), lacking.join(", "));
        diag.push_help(prefix.at, fact, help);
    }
}

/// Returns `true` if the parameter fills the placeholder, or if the error for the placeholder already names the
/// parameter.
fn may_fill(endpoint: &Endpoint, param: &Param, placeholder: &str) -> bool {
    let is_unmatched = |wanted: &str| endpoint.path.as_ref().is_some_and(|path| !path.value.has(wanted));
    let is_similar = param.placeholder().is_some_and(|wanted| {
        is_unmatched(wanted) && (similar("", wanted, &[placeholder]).is_some() || endpoint.params.len() == 1)
    });
    param.kind.is_none()
        || param.placeholder() == Some(placeholder)
        || has_name(param, placeholder)
        || is_similar
}

/// Returns the help text for a placeholder without a parameter: a declaration of the missing parameter. A placeholder's
/// name is not always a valid Rust identifier.
fn missing_parameter(placeholder: &str) -> String {
    let is_identifier = placeholder.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !placeholder.starts_with(|letter: char| letter.is_numeric());
    if is_identifier {
        return format!("add a parameter `{placeholder}`");
    }
    let name = placeholder.replace(['-', '.'], "_");
    format!("add a parameter `#[path(\"{placeholder}\")] {name}`")
}

fn has_name(param: &Param, name: &str) -> bool {
    param.source.plain_name().as_deref() == Some(name)
}

/// Reports a parameter that fills a placeholder with the same name but is also sent elsewhere in the request.
fn check_two_places(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let Some(path) = &endpoint.path else { return };
    for param in &endpoint.params {
        let (Some(at), Some(name)) = (param.place, param.source.plain_name()) else {
            continue;
        };
        let is_elsewhere = param.kind.is_some() && param.placeholder().is_none();
        let filled = endpoint.params.iter().any(|other| other.placeholder() == Some(&name));
        if is_elsewhere && path.value.has(&name) && !filled {
            let fact = format!("parameter `{name}` has more than one place in the request");
            diag.push_help(at, fact, format_args!("the parameter already fills `{{{name}}}` in the path"));
        }
    }
}

/// Reports a placeholder that two parameters fill, or whose parameter depends on `cfg`.
fn check_one_parameter_each(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let Some(path) = &endpoint.path else { return };
    for name in path.value.placeholders() {
        let fillers: Vec<&Param> =
            endpoint.params.iter().filter(|param| param.placeholder() == Some(name)).collect();
        match fillers.as_slice() {
            [only] if only.source.is_conditional() => {
                let fact =
                    format!("path placeholder `{{{name}}}` must have a parameter in every configuration");
                diag.push_help(only.source.at, fact, "put `#[cfg]` on the method");
            }
            [first, others @ ..] if fillers.iter().any(|param| !param.source.is_conditional()) => {
                // The function `check_parameter_names` already reports two parameters with the same name.
                let name_of = |param: &Param| param.source.plain_name();
                for other in others.iter().filter(|other| name_of(other) != name_of(first)) {
                    let fact = format!("duplicate parameter for path placeholder `{{{name}}}`");
                    diag.push(other.place.unwrap_or(other.source.at), fact);
                }
            }
            _ => {}
        }
    }
}

/// Removes and returns a placeholder and a parameter that probably belong together, because their names are similar or
/// because no other placeholder or parameter remains.
fn take_pair<'m>(
    unfilled: &mut Vec<&'m str>,
    unmatched: &mut Vec<(&'m Param<'m>, &'m str)>,
) -> Option<(&'m str, (&'m Param<'m>, &'m str))> {
    let is_pair = |name: &str, wanted: &str| similar("", wanted, &[name]).is_some();
    let mut pairs = unfilled.iter().enumerate().flat_map(|(left, name)| {
        let matches = unmatched.iter().enumerate().filter(move |(_, (_, wanted))| is_pair(name, wanted));
        matches.map(move |(right, _)| (left, right))
    });
    let only = (unfilled.len() == 1 && unmatched.len() == 1).then_some((0, 0));
    let (left, right) = pairs.next().or(only)?;
    Some((unfilled.remove(left), unmatched.remove(right)))
}

fn push_pair(
    endpoint: &Endpoint,
    placeholder: &str,
    (param, wanted): (&Param, &str),
    diag: &mut Diagnostics,
) {
    let Some(path) = &endpoint.path else { return };
    if param.place.is_some() {
        let name = param.source.plain_name().unwrap_or_default();
        let fact = format!("parameter `{name}` has no placeholder `{{{wanted}}}` in the path");
        return diag.push_help(param.source.at, fact, format_args!("write `#[path(\"{placeholder}\")]`"));
    }
    let fact = format!("path placeholder `{{{placeholder}}}` has no matching parameter");
    let help = similar("parameter", placeholder, &[wanted]).unwrap_or_else(|| {
        format!("write `#[path(\"{placeholder}\")]` on the parameter `{wanted}`, or rename the parameter")
    });
    diag.push_help(path.at, fact, help);
}

fn push_unmatched(endpoint: &Endpoint, param: &Param, wanted: &str, diag: &mut Diagnostics) {
    let name = param.source.plain_name().unwrap_or_default();
    if let Some(segment) = foreign_placeholder(endpoint, wanted) {
        let fact = format!("parameter `{name}` has no placeholder `{{{wanted}}}` in the path");
        return diag.push_help(
            param.source.at,
            fact,
            format_args!("write `{{{wanted}}}` for `{segment}` in the path"),
        );
    }
    if param.place.is_some() {
        let placeholder = if name == wanted { String::new() } else { format!(" `{{{wanted}}}`") };
        let fact = format!("parameter `{name}` has no placeholder{placeholder} in the path");
        return diag.push_help(param.source.at, fact, format_args!("add `{{{wanted}}}` to the path"));
    }
    let fits = KINDS.iter().filter(|kind| {
        let is_body = (kind.bare)(String::new()).content().is_some();
        (!kind.of_session || endpoint.is_filled()) && !(is_body && endpoint.forbids_body())
    });
    let attributes = list_attributes(fits.map(|kind| kind.name));
    let fact = format!("parameter `{name}` has no place in the request");
    diag.push_help(param.source.at, fact, format_args!("add one of {attributes}"));
}

/// Returns a path segment that other frameworks read as a placeholder, such as `:id` or `<id>`.
fn foreign_placeholder(endpoint: &Endpoint, wanted: &str) -> Option<String> {
    let path = endpoint.path.as_ref()?.value.to_string();
    let known = [format!(":{wanted}"), format!("<{wanted}>"), format!("[{wanted}]")];
    known.into_iter().find(|known| path.split('/').any(|segment| segment == known))
}
