//! The attributes of a method that make its request: verb and path, constants.

use crate::diag::{At, Diagnostics, Located, invalid};
use crate::model::path::PathTemplate;
use crate::model::{Constant, ConstantPlace, text};
use crate::syntax::tables::Verb;
use crate::syntax::{Argument, Attribute, Style, Value, What};

use super::settings::lower_header_name;

/// The verb and the path that a verb attribute names, each `None` if it is missing or wrong.
#[derive(Default)]
pub(super) struct Request {
    pub(super) verb: Option<Located<String>>,
    /// The text of the path, without the prefix.
    pub(super) path: Option<Located<String>>,
}

/// Reads `#[get("/orders")]`, whose verb is known, or `#[request("PROPFIND", "/orders")]`.
pub(super) fn lower_request(attribute: &Attribute, verb: Verb, diag: &mut Diagnostics) -> Request {
    let name = &attribute.name;
    let arguments = attribute.arguments.as_slice();
    let form = match verb {
        Verb::Known(_) => format!("`#[{name}(\"/...\")]`"),
        Verb::Written => format!("`#[{name}(\"PROPFIND\", \"/...\")]`"),
    };
    if attribute.style == Style::Equals {
        push_wrong_form(attribute, &form, diag);
        return Request::default();
    }
    let (verb, rest) = match (verb, arguments.split_first()) {
        (Verb::Known(verb), _) => (Some(Located { value: verb.to_owned(), at: attribute.at }), arguments),
        (Verb::Written, Some((first, rest))) if !is_path(first) => (lower_verb(first, diag), rest),
        (Verb::Written, _) => {
            let fact = format!("the `{name}` attribute has no HTTP method");
            diag.push_help(attribute.whole, fact, format_args!("write {form}"));
            return Request::default();
        }
    };
    let Some((path, extra)) = rest.split_first() else {
        let fact = format!("the `{name}` attribute has no path");
        diag.push_help(attribute.whole, fact, format_args!("write {form}"));
        return Request { verb, path: None };
    };
    if let Some(extra) = extra.first() {
        diag.push(extra.key().at, format_args!("the `{name}` attribute must have one path only"));
    }
    Request { verb, path: lower_literal(path, &format!("the path of the `{name}` attribute"), diag) }
}

pub(super) fn push_wrong_form(attribute: &Attribute, form: &str, diag: &mut Diagnostics) {
    diag.push(attribute.whole, format_args!("the `{}` attribute must be written {form}", attribute.name));
}

fn lower_verb(argument: &Argument, diag: &mut Diagnostics) -> Option<Located<String>> {
    let verb = lower_literal(argument, "the HTTP method of the `request` attribute", diag)?;
    if text::is_token(&verb.value) {
        return Some(verb);
    }
    diag.push(verb.at, invalid("HTTP method", &verb.value));
    None
}

/// The text of an argument that is a string literal, or an error on it.
fn lower_literal(argument: &Argument, what: &str, diag: &mut Diagnostics) -> Option<Located<String>> {
    if let Argument::Single(Value { what: What::Text(text), at }) = argument {
        return Some(Located { value: text.clone(), at: *at });
    }
    diag.push(argument.key().at, format_args!("{what} must be a string literal"));
    None
}

fn is_path(argument: &Argument) -> bool {
    argument.key().text().is_some_and(|text| text.starts_with('/'))
}

/// A path, or the error on it.
pub(super) fn lower_path(text: &str, at: At, diag: &mut Diagnostics) -> Option<PathTemplate> {
    match PathTemplate::parse(text) {
        Ok(template) => Some(template),
        Err(wrong) => {
            match wrong.help() {
                Some(help) => diag.push_help(at, wrong, help),
                None => diag.push(at, wrong),
            }
            None
        }
    }
}

/// Reports the arguments of an attribute that takes none.
pub(super) fn push_arguments(attribute: &Attribute, diag: &mut Diagnostics) {
    if attribute.style != Style::Bare {
        let at = attribute.arguments.first().map_or(attribute.whole, |argument| argument.key().at);
        diag.push(at, format_args!("the `{}` attribute must not have arguments", attribute.name));
    }
}

/// Reads `#[header("accept" = "text/plain")]` on a method or the trait.
pub(super) fn lower_constants(
    attribute: &Attribute,
    place: ConstantPlace,
    diag: &mut Diagnostics,
) -> Vec<Located<Constant>> {
    if attribute.arguments.is_empty() {
        push_constant_form(attribute, attribute.whole, diag);
    }
    if let [Argument::Single(name), Argument::Single(_)] = attribute.arguments.as_slice() {
        // A name and its value, with a comma between.
        push_constant_form(attribute, name.at, diag);
        return Vec::new();
    }
    attribute
        .arguments
        .iter()
        .filter_map(|argument| lower_constant(attribute, argument, place, diag))
        .collect()
}

fn lower_constant(
    attribute: &Attribute,
    argument: &Argument,
    place: ConstantPlace,
    diag: &mut Diagnostics,
) -> Option<Located<Constant>> {
    let Argument::Pair(key, value) = argument else {
        push_constant_form(attribute, argument.key().at, diag);
        return None;
    };
    let (Some(name), Some(content)) = (key.text(), value.text()) else {
        let wrong = if key.text().is_some() { value } else { key };
        push_constant_form(attribute, wrong.at, diag);
        return None;
    };
    let name = lower_name(attribute, name, key.at, place == ConstantPlace::Header, diag)?;
    if place == ConstantPlace::Header && !text::is_header_value(content) {
        diag.push(value.at, invalid("header value", content));
        return None;
    }
    Some(Located { value: Constant { place, name, value: content.to_owned() }, at: key.at })
}

/// The name that an attribute gives: that of a header, or any that is not empty.
pub(super) fn lower_name(
    attribute: &Attribute,
    name: &str,
    at: At,
    is_header: bool,
    diag: &mut Diagnostics,
) -> Option<String> {
    if is_header {
        return lower_header_name(name, at, diag);
    }
    if name.is_empty() {
        diag.push(at, format_args!("the name in the `{}` attribute must not be empty", attribute.name));
        return None;
    }
    Some(name.to_owned())
}

fn push_constant_form(attribute: &Attribute, at: At, diag: &mut Diagnostics) {
    let name = &attribute.name;
    let fact = format!("a constant must be written `#[{name}(\"name\" = \"value\")]`");
    if attribute.style == Style::Bare {
        diag.push_help(at, fact, format_args!("to send a parameter, put `#[{name}]` before the parameter"));
    } else {
        diag.push(at, fact);
    }
}

/// Reports an attribute of ours within a `cfg_attr`.
pub(super) fn push_hidden(attribute: &Attribute, name: &str, diag: &mut Diagnostics) {
    let fact = format!("the `{name}` attribute must not stand in a `cfg_attr`");
    diag.push_help(attribute.whole, fact, "put `#[cfg(...)]` on all that depends on it");
}
